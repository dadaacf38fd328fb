package dev.kiln.log;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How the log is written. */
@ConfigMapping(prefix = "kiln.log")
public interface LogConfig {
    /** What a line is. */
    enum Format {
        /** For people: time, level, where, {@code key=value}. */
        TEXT,
        /** For machines: one JSON object, the keys in its {@code mdc}. */
        JSON
    }

    /** What lines on the console are. */
    @WithDefault("text")
    Format format();
}
