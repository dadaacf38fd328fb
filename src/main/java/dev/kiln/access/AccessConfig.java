package dev.kiln.access;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Whether requests need a key. */
@ConfigMapping(prefix = "kiln.access")
public interface AccessConfig {
    /** open or keys; open only on a loopback address. */
    @WithDefault("open")
    AccessMode mode();

    /**
     * A file whose one line is a key of its own: it may do everything for every tenant, and so make
     * the others. Nobody but its owner and group may have access to it.
     */
    Optional<Path> adminKeyFile();

    /**
     * How long what was found of a key is believed: so late at most does a revoked one stop working
     * in another process than that which revoked it.
     */
    @WithDefault("5s")
    Duration keyMemory();

    /** How long a browser that was given a key stays signed in to the dashboard. */
    @WithDefault("12h")
    Duration browserSession();

    /** How long the audit is kept. */
    @WithDefault("90d")
    Duration auditKept();

    /** The memory to use. */
    default Duration effectiveKeyMemory() {
        Duration memory = keyMemory();
        if (!memory.isPositive() || memory.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException(
                    "kiln.access.key-memory must be > 0 and at most 1m: " + memory);
        }
        return memory;
    }
}
