package dev.kiln.lifecycle;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** When this process counts as dead. */
@ConfigMapping(prefix = "kiln.health")
public interface HealthConfig {
    /**
     * For how long one turn of a loop may go on before liveness goes down. Longer than anything
     * that a server which hangs can hold up: every call to one has a timeout of its own.
     */
    @WithDefault("15m")
    Duration stuckAfter();
}
