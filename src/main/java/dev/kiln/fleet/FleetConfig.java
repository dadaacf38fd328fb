package dev.kiln.fleet;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How the workers are watched from outside. */
@ConfigMapping(prefix = "kiln.fleet")
public interface FleetConfig {
    /** How often a process with the role {@code api} counts workers and jobs for the metrics. */
    @WithDefault("10s")
    Duration sample();
}
