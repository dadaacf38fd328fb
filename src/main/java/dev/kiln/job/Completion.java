package dev.kiln.job;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * That a job has come to an end, as its event tells it.
 *
 * @param epoch the claim that ended it; zero when it was never claimed
 * @param attempt how many attempts had been made by then
 * @param submittedAt when it became durable, on the database's clock
 * @param trace the trace that it belongs to; null of what is not traced, and where nobody asked
 */
public record Completion(
        JobId job,
        long epoch,
        String tenant,
        @Nullable String batch,
        int attempt,
        Instant submittedAt,
        End end,
        @Nullable TraceParent trace) {
    /** Of a job that is not traced. */
    public Completion(
            JobId job,
            long epoch,
            String tenant,
            @Nullable String batch,
            int attempt,
            Instant submittedAt,
            End end) {
        this(job, epoch, tenant, batch, attempt, submittedAt, end, null);
    }

    /** The terminal {@link JobState}s, each with what its event tells. */
    public sealed interface End {
        /** The state's name. */
        String state();

        /** When the job became terminal. */
        Instant at();

        /** It ran to its end, whatever that was. */
        record Finished(ResultSummary result, Instant startedAt, Instant at) implements End {
            @Override
            public String state() {
                return "FINISHED";
            }
        }

        /** Its submitter took it back. */
        record Cancelled(@Nullable ResultSummary partial, Instant at) implements End {
            @Override
            public String state() {
                return "CANCELLED";
            }
        }

        /** The platform failed it as often as it may. */
        record Abandoned(String reason, Instant at) implements End {
            @Override
            public String state() {
                return "ABANDONED";
            }
        }

        /** Its deadline passed before it was first started. */
        record Expired(Instant deadline, Instant at) implements End {
            @Override
            public String state() {
                return "EXPIRED";
            }
        }
    }
}
