package dev.kiln.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RoleChannelsTest {
    @Test
    void all_roles_change_nothing() {
        assertThat(RoleChannels.settings("api, intake,WORKER,relay")).isEmpty();
    }

    @Test
    void a_mere_worker_stays_away_from_the_broker() {
        assertThat(RoleChannels.settings("worker"))
                .containsEntry("mp.messaging.incoming.jobs.enabled", "false")
                .containsEntry("mp.messaging.outgoing.rejected.lazy-client", "true")
                .containsEntry("mp.messaging.outgoing.completions.lazy-client", "true");
    }

    @Test
    void a_relay_keeps_its_channel() {
        assertThat(RoleChannels.settings("relay"))
                .doesNotContainKey("mp.messaging.outgoing.completions.lazy-client")
                .containsEntry("mp.messaging.incoming.jobs.enabled", "false");
    }
}
