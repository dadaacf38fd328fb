package dev.kiln.wire;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.JobState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A job's state spread out as documents show it: every member is there in every state, null where
 * the state has none.
 *
 * @param startedAt when the run in question began
 * @param finishedAt when the job became terminal
 * @param worker who runs or ran it
 * @param reason why it is in this state, where its name alone does not say
 * @param result what came of it
 */
public record JobFacts(
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable String worker,
        @Nullable String reason,
        @Nullable ExecutionResult result) {

    /** What the state has to show. */
    public static JobFacts of(JobState state) {
        return switch (state) {
            case JobState.Queued queued -> new JobFacts(null, null, null, queued.lastFault(), null);
            case JobState.Running running ->
                    new JobFacts(running.startedAt(), null, running.lease().owner(), null, null);
            case JobState.Finished done ->
                    new JobFacts(
                            done.startedAt(),
                            done.finishedAt(),
                            done.worker(),
                            null,
                            done.result());
            case JobState.Cancelled cancelled ->
                    new JobFacts(null, cancelled.finishedAt(), null, null, cancelled.partial());
            case JobState.Abandoned abandoned ->
                    new JobFacts(null, abandoned.finishedAt(), null, abandoned.reason(), null);
            case JobState.Expired expired ->
                    new JobFacts(
                            null, expired.finishedAt(), null, missed(expired.deadline()), null);
        };
    }

    /** Why a job has EXPIRED. */
    public static String missed(Instant deadline) {
        return "not started before its deadline " + deadline;
    }
}
