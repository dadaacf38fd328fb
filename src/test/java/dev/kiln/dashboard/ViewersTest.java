package dev.kiln.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ViewersTest {
    private final Viewers viewers = new Viewers(4, 2);

    @Test
    void a_tenant_that_wants_all_places_gets_its_share_and_leaves_the_others() {
        assertThat(viewers.sit("acme")).isTrue();
        assertThat(viewers.sit("acme")).isTrue();
        assertThat(viewers.sit("acme")).isFalse();
        assertThat(viewers.sit("beta")).isTrue();
        assertThat(viewers.taken()).isEqualTo(3);
    }

    @Test
    void whoever_sees_all_tenants_may_take_all_places() {
        for (int i = 0; i < 4; i++) {
            assertThat(viewers.sit(null)).isTrue();
        }
        assertThat(viewers.sit(null)).isFalse();
        assertThat(viewers.sit("acme")).isFalse();
    }

    @Test
    void a_place_that_was_left_is_anybodys() {
        viewers.sit("acme");
        viewers.sit("acme");
        viewers.leave("acme");
        assertThat(viewers.sit("acme")).isTrue();
        viewers.leave("acme");
        viewers.leave("acme");
        assertThat(viewers.taken()).isZero();
    }
}
