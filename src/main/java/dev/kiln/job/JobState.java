package dev.kiln.job;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Every state a job can be in, each with only the data it has; docs/ARCHITECTURE.md has the
 * diagram.
 */
public sealed interface JobState {
    /** The state's name in documents and rows. */
    String name();

    /** Whether the job can still change. */
    default boolean terminal() {
        return switch (this) {
            case Queued _, Running _ -> false;
            case Finished _, Cancelled _, Abandoned _, Expired _ -> true;
        };
    }

    /**
     * Waits to be claimed.
     *
     * @param runAt not before this moment
     * @param lastFault why the last attempt came to nothing, if there was one
     */
    record Queued(Instant runAt, @Nullable String lastFault) implements JobState {
        @Override
        public String name() {
            return "QUEUED";
        }
    }

    /** A worker runs it under a lease. */
    record Running(Lease lease, Instant startedAt) implements JobState {
        @Override
        public String name() {
            return "RUNNING";
        }
    }

    /** It ran to its end, whatever that was. */
    record Finished(ExecutionResult result, Instant startedAt, Instant finishedAt, String worker)
            implements JobState {
        @Override
        public String name() {
            return "FINISHED";
        }
    }

    /** Its submitter took it back; the partial result of a run that was stopped is kept. */
    record Cancelled(@Nullable ExecutionResult partial, Instant finishedAt) implements JobState {
        @Override
        public String name() {
            return "CANCELLED";
        }
    }

    /** The platform failed it as often as it may; the program is not to blame. */
    record Abandoned(String reason, Instant finishedAt) implements JobState {
        @Override
        public String name() {
            return "ABANDONED";
        }
    }

    /** Its deadline passed before it was first started. */
    record Expired(Instant deadline, Instant finishedAt) implements JobState {
        @Override
        public String name() {
            return "EXPIRED";
        }
    }
}
