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
     * What applies.
     *
     * @throws IllegalArgumentException when it makes no sense
     */
    default Settings settings() {
        return new Settings(sample(), viewers());
    }

    /**
     * The numbers.
     *
     * @param sample 100 ms or more: each viewer's stream looks so often
     * @param viewers 0 or more
     */
    record Settings(Duration sample, int viewers) {
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
        }
    }
}
