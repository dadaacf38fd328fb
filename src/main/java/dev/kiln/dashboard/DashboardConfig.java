package dev.kiln.dashboard;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The pages for people. */
@ConfigMapping(prefix = "kiln.dashboard")
public interface DashboardConfig {
    /**
     * How often the figures of the overview are read from the database while somebody looks at
     * them, however many do; at least 100 ms.
     */
    @WithDefault("5s")
    Duration sample();

    /** How many browsers get the overview's figures as they come; none or more. */
    @WithDefault("100")
    int viewers();

    /**
     * How many of them may be of one tenant, so that none takes the places of others; at least 1.
     */
    @WithDefault("20")
    int viewersPerTenant();

    /**
     * What applies.
     *
     * @throws IllegalArgumentException when it makes no sense
     */
    default Settings settings() {
        return new Settings(sample(), viewers(), viewersPerTenant());
    }

    /**
     * The numbers.
     *
     * @param sample 100 ms or more: each viewer's stream looks so often
     * @param viewers 0 or more
     * @param viewersPerTenant 1 or more
     */
    record Settings(Duration sample, int viewers, int viewersPerTenant) {
        private static final Duration LEAST_SAMPLE = Duration.ofMillis(100);

        public Settings {
            if (sample.compareTo(LEAST_SAMPLE) < 0) {
                throw new IllegalArgumentException(
                        "kiln.dashboard.sample must be at least 100ms: " + sample);
            }
            if (viewers < 0) {
                throw new IllegalArgumentException(
                        "kiln.dashboard.viewers must be >= 0: " + viewers);
            }
            if (viewersPerTenant < 1) {
                throw new IllegalArgumentException(
                        "kiln.dashboard.viewers-per-tenant must be >= 1: " + viewersPerTenant);
            }
        }
    }
}
