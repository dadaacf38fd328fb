package dev.kiln.retention;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/**
 * How jobs are removed that have been kept long enough. How long that is, is {@code
 * kiln.policy.ttl}, and each job's own to say.
 */
@ConfigMapping(prefix = "kiln.retention")
public interface RetentionConfig {
    /** How often jobs are looked for whose time is over. */
    @WithDefault("1m")
    Duration sweep();

    /** How many are removed in one transaction. */
    @WithDefault("200")
    int batch();

    /** The rest between two transactions while there is more to remove. */
    @WithDefault("100ms")
    Duration pause();

    /**
     * How long ids of removed jobs are remembered, so that a repeated record runs nothing. At least
     * as long as the topic keeps records; the broker removes them by whole segments, each of which
     * may by default hold some of a week longer than {@code retention.ms} says.
     */
    @WithDefault("15d")
    Duration rememberIds();
}
