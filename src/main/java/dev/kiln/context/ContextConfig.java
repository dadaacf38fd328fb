package dev.kiln.context;

import dev.kiln.intake.ByteSize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What is kept of uploaded contexts. How large one may be is {@code kiln.policy.context.max}. */
@ConfigMapping(prefix = "kiln.context")
public interface ContextConfig {
    /** How long one is kept after the last upload or submission that named it. */
    @WithDefault("7d")
    Duration ttl();

    /** How often those are looked for that have been kept long enough. */
    @WithDefault("10m")
    Duration sweep();

    /** All contexts of one tenant together. */
    @WithDefault("1g")
    ByteSize quota();
}
