package dev.kiln.webhook;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where events may be posted, and how. The same for all processes: those with the roles {@code api}
 * and {@code intake} refuse by it, those with {@code relay} post.
 */
@ConfigMapping(prefix = "kiln.webhooks")
public interface WebhookConfig {
    /**
     * For each tenant that may use webhooks the secrets that sign its events: {@code whsec_} and
     * the base64 of 24 to 64 bytes. With several each event is signed with all of them, so that one
     * can replace another. A tenant without any may not use webhooks.
     */
    Map<String, List<String>> secrets();

    /** Whether a receiver may be at an address that is not public, such as {@code 10.0.0.1}. */
    @WithDefault("false")
    boolean allowPrivate();

    /** Whether a URL may begin with {@code http:}; the events are then readable on their way. */
    @WithDefault("false")
    boolean allowHttp();

    /**
     * Authorities, in PEM, that may sign the certificates of receivers besides those that the Java
     * platform trusts.
     */
    Optional<Path> trust();

    /** How long to wait after each failed attempt; after the one that follows the last, never. */
    @WithDefault("5s,30s,2m,10m,1h,6h,24h")
    List<Duration> schedule();

    /** For how long one attempt may go on, from looking up the host to the answer's headers. */
    @WithDefault("10s")
    Duration timeout();

    /**
     * After how long an attempt of which nothing was noted counts as lost, as when its process
     * died; the event is then posted again. Longer than the time-out.
     */
    @WithDefault("1m")
    Duration lease();

    /** Attempts that one process makes at the same time. */
    @WithDefault("32")
    int concurrency();

    /** Those of them to one host. */
    @WithDefault("4")
    int perHost();

    /** How often is looked for events that are due. */
    @WithDefault("500ms")
    Duration poll();
}
