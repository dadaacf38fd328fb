package dev.kiln.job;

import org.jspecify.annotations.Nullable;

/**
 * How we know why a program ended.
 *
 * @param limit the limit that ended it ({@code timeout}, {@code compile_timeout}, {@code
 *     memory_limit}, {@code pids_limit}); null when none did
 * @param limitValue that limit: milliseconds, bytes or processes
 * @param reached what was measured against it, in the same unit
 * @param killedBy who ended it: {@code worker}, {@code kernel}, {@code submitter}; null when it
 *     ended by itself
 * @param source the observation this rests on, for people to read
 */
public record Evidence(
        @Nullable String limit,
        @Nullable Long limitValue,
        @Nullable Long reached,
        @Nullable String killedBy,
        @Nullable String source) {
    /** The program ended by itself, as the runner reported. */
    public static final Evidence NONE = new Evidence(null, null, null, null, "runner report");
}
