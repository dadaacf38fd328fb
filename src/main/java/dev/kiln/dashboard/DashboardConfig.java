package dev.kiln.dashboard;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The pages for people. */
@ConfigMapping(prefix = "kiln.dashboard")
public interface DashboardConfig {
    /**
     * How often the figures of the overview are read from the database while somebody looks at
     * them, however many do.
     */
    @WithDefault("5s")
    Duration sample();

    /** How many browsers get the overview's figures as they come. */
    @WithDefault("100")
    int viewers();
}
