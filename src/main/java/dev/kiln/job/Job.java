package dev.kiln.job;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job as it stands, without its code.
 *
 * @param id its identity
 * @param tenant who it belongs to
 * @param batch the batch it was submitted in, if any
 * @param language the runtime it asked for
 * @param priority from -100 to 100
 * @param labels the producer's own
 * @param submittedAt when it became durable, on the database's clock
 * @param attempt how many attempts were made so far
 * @param rerunOf the job of whose submission this is another run, if it is one; may be gone
 * @param expiresAt when it may be removed with its result; null before its end
 * @param state where it stands
 */
public record Job(
        JobId id,
        String tenant,
        @Nullable String batch,
        String language,
        int priority,
        Map<String, String> labels,
        Instant submittedAt,
        int attempt,
        @Nullable JobId rerunOf,
        @Nullable Instant expiresAt,
        JobState state) {
    public Job {
        labels = Map.copyOf(labels);
    }
}
