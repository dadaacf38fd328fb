package dev.kiln.store;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs to list; null for any.
 *
 * @param state the state's name
 * @param cause why its program ended, as {@link dev.kiln.job.Termination#wireName} says it
 * @param since submitted then or later
 * @param until submitted before
 * @param labels those that a job must have, each with this value; empty for any
 * @param after where the last page ended; null for the newest jobs
 */
public record JobQuery(
        @Nullable String state,
        @Nullable String cause,
        @Nullable String tenant,
        @Nullable String batch,
        @Nullable String language,
        @Nullable Instant since,
        @Nullable Instant until,
        Map<String, String> labels,
        @Nullable Place after) {
    public JobQuery {
        labels = Map.copyOf(labels);
    }

    /**
     * A job's place among all, which never changes: by the time it was submitted, then by id.
     *
     * @param submittedAt to the microsecond
     */
    public record Place(Instant submittedAt, UUID id) {}
}
