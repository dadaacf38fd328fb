package dev.kiln.store;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far the jobs of a batch have come.
 *
 * @param states how many jobs are in each state, by the state's name; none for a state that no job
 *     is in
 * @param causes how many programs ended for which cause, as {@link
 *     dev.kiln.job.Termination#wireName} says it
 * @param succeeded how many programs succeeded
 * @param firstSubmittedAt when the first of the jobs was submitted; null when there is none
 * @param lastFinishedAt when the last of those that have ended came to its end; null when none has
 */
public record Batch(
        Map<String, Long> states,
        Map<String, Long> causes,
        long succeeded,
        @Nullable Instant firstSubmittedAt,
        @Nullable Instant lastFinishedAt) {
    public Batch {
        states = Map.copyOf(states);
        causes = Map.copyOf(causes);
    }

    /** How many jobs there are. */
    public long jobs() {
        return states.values().stream().mapToLong(Long::longValue).sum();
    }

    /** How many of them have come to their end. */
    public long ended() {
        return jobs() - states.getOrDefault("QUEUED", 0L) - states.getOrDefault("RUNNING", 0L);
    }
}
