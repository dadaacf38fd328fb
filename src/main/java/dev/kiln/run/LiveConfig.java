package dev.kiln.run;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How a worker hands on what its programs write while they run, to those who follow them. */
@ConfigMapping(prefix = "kiln.live")
public interface LiveConfig {
    /** How often, at most, while somebody follows. */
    @WithDefault("200ms")
    Duration every();

    /**
     * What this worker may have in the database of all running jobs together; of what comes on top
     * the followers hear at the job's end.
     */
    @WithDefault("64m")
    MemorySize maxBytes();

    /** How often it looks for what workers have left there that died. */
    @WithDefault("1m")
    Duration sweep();
}
