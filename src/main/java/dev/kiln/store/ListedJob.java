package dev.kiln.store;

import dev.kiln.job.JobId;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job as a list shows it.
 *
 * @param state the state's name
 * @param worker who runs or ran it
 * @param cause why its program ended, as {@link dev.kiln.job.Termination#wireName} says it; null
 *     without a result
 * @param success whether the program succeeded; null without a result
 */
public record ListedJob(
        JobId id,
        String state,
        String tenant,
        @Nullable String batch,
        String language,
        int priority,
        Map<String, String> labels,
        Instant submittedAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable Instant deadline,
        int attempt,
        @Nullable String worker,
        @Nullable String reason,
        @Nullable String cause,
        @Nullable Integer exitCode,
        @Nullable Boolean success,
        @Nullable Long durationMs) {
    public ListedJob {
        labels = Map.copyOf(labels);
    }

    JobQuery.Place place() {
        return new JobQuery.Place(submittedAt, id.value());
    }
}
