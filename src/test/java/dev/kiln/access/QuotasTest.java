package dev.kiln.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QuotasTest {
    private static final Duration LONG = Duration.ofHours(1);
    private final List<String> counted = new ArrayList<>();

    private static QuotaConfig config(Map<String, String> properties) {
        return new SmallRyeConfigBuilder()
                .withDefaultValues(properties)
                .withMapping(QuotaConfig.class)
                .build()
                .getConfigMapping(QuotaConfig.class);
    }

    private Quotas quotas(Map<String, String> properties, int queued) {
        return new Quotas(
                config(properties),
                (tenant, most) -> {
                    counted.add(tenant + " up to " + most);
                    return Math.min(queued, most);
                },
                LONG);
    }

    @Test
    void without_bounds_nothing_is_counted() {
        var quotas = quotas(Map.of(), 1_000_000);
        assertThat(quotas.reached("acme")).isEmpty();
        assertThat(quotas.tooFast("acme")).isEmpty();
        assertThat(counted).isEmpty();
    }

    @Test
    void the_queue_is_counted_up_to_the_bound_and_the_count_is_believed_for_a_while() {
        var quotas = quotas(Map.of("kiln.quota.queued", "5"), 7);
        assertThat(quotas.reached("acme")).contains(5);
        assertThat(quotas.reached("acme")).contains(5);
        assertThat(counted).containsExactly("acme up to 5");
    }

    @Test
    void a_tenants_own_bound_goes_before_that_of_all() {
        var quotas =
                quotas(Map.of("kiln.quota.queued", "5", "kiln.quota.tenants.big.queued", "50"), 7);
        assertThat(quotas.reached("big")).isEmpty();
        assertThat(quotas.reached("small")).contains(5);
    }

    @Test
    void a_tenant_that_sends_too_fast_is_told_how_long_to_wait_and_others_are_not() {
        var quotas =
                quotas(
                        Map.of(
                                "kiln.quota.requests-per-second", "1",
                                "kiln.quota.burst", "3"),
                        0);
        for (int i = 0; i < 3; i++) {
            assertThat(quotas.tooFast("acme")).isEmpty();
        }
        assertThat(quotas.tooFast("acme"))
                .hasValueSatisfying(
                        wait -> assertThat(wait).isPositive().isLessThan(Duration.ofSeconds(2)));
        assertThat(quotas.tooFast("beta")).isEmpty();
    }

    @Test
    void a_bound_that_would_let_nobody_in_is_refused() {
        assertThatThrownBy(() -> quotas(Map.of("kiln.quota.tenants.acme.burst", "0"), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("kiln.quota must have bounds >= 1");
    }
}
