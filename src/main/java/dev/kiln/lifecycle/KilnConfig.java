package dev.kiln.lifecycle;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Set;

/** What every part of the process shares. */
@ConfigMapping(prefix = "kiln")
public interface KilnConfig {
    /** The roles this process plays. */
    @WithDefault("api,intake,worker,relay")
    Set<Role> roles();
}
