package dev.kiln.claim;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long claims hold, and what happens when they do not. */
@ConfigMapping(prefix = "kiln.claim")
public interface ClaimConfig {
    /**
     * How long a claim holds without a heartbeat. A dead worker's jobs run elsewhere after about
     * this long.
     */
    @WithDefault("20s")
    Duration lease();

    /** How often a worker extends its leases; several must fit into a lease. */
    @WithDefault("3s")
    Duration heartbeat();

    /** How often lapsed leases and passed deadlines are looked for. */
    @WithDefault("2s")
    Duration sweep();

    /**
     * How often an idle worker asks for jobs; new ones wake it at once, unless the hint was lost.
     */
    @WithDefault("200ms")
    Duration poll();

    /**
     * How often jobs whose time has come, and those of tenants that may run more, are brought into
     * the line; so late may a job start that has a {@code run_at}.
     */
    @WithDefault("250ms")
    Duration turns();

    /** How many attempts that the platform failed a job gets. */
    @WithDefault("3")
    int maxAttempts();

    /** The delay after a first failed attempt; it doubles with each further one. */
    @WithDefault("1s")
    Duration backoff();

    /** The longest such delay. */
    @WithDefault("60s")
    Duration maxBackoff();
}
