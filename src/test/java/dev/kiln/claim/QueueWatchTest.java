package dev.kiln.claim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Role;
import dev.kiln.store.Doorbell;
import dev.kiln.store.Doorbells;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class QueueWatchTest {
    private final Doorbells doorbells = new Doorbells();
    private Instant now = Instant.EPOCH;

    @Test
    void the_first_hint_wakes_at_once_and_those_right_after_it_once_more() throws Exception {
        var watch = watch(Role.WORKER, "40ms");
        watch.heard("a");
        assertThat(rung(Duration.ZERO)).isTrue();
        watch.heard("a");
        watch.heard("b");
        assertThat(rung(Duration.ofSeconds(20))).as("later, by a timer").isTrue();
        now = now.plusSeconds(1);
        watch.heard("a");
        assertThat(rung(Duration.ZERO)).isTrue();
    }

    @Test
    void hints_right_after_one_do_not_each_wake_the_worker() throws Exception {
        var watch = watch(Role.WORKER, "10h");
        watch.heard("a");
        assertThat(rung(Duration.ZERO)).isTrue();
        for (int i = 0; i < 1_000; i++) {
            watch.heard("a");
        }
        assertThat(rung(Duration.ZERO)).isFalse();
    }

    @Test
    void only_a_worker_listens_and_it_looks_when_it_begins_to() throws Exception {
        assertThat(watch(Role.API, "200ms").wanted()).isFalse();
        var watch = watch(Role.WORKER, "200ms");
        assertThat(watch.wanted()).isTrue();
        watch.mayHaveMissed();
        assertThat(rung(Duration.ZERO)).isTrue();
    }

    private boolean rung(Duration atMost) throws InterruptedException {
        Doorbell bell = doorbells.queued();
        return bell.await(atMost);
    }

    private QueueWatch watch(Role role, String poll) {
        var config =
                new SmallRyeConfigBuilder()
                        .addDiscoveredConverters()
                        .withMapping(ClaimConfig.class)
                        .withSources(
                                new PropertiesConfigSource(
                                        Map.of("kiln.claim.poll", poll), "test", 100))
                        .build()
                        .getConfigMapping(ClaimConfig.class);
        KilnConfig kiln = () -> Set.of(role);
        InstantSource clock = () -> now;
        return new QueueWatch(doorbells, kiln, config, clock);
    }
}
