package dev.kiln.run;

import dev.kiln.job.ClaimedJob;
import dev.kiln.log.Transition;
import dev.kiln.sandbox.StopSignal;
import org.jboss.logging.Logger;

/** A job in this worker's hands, from the answer of its claim on. */
final class Ticket {
    private final ClaimedJob job;
    private final long claimed;
    private final StopSignal stop = new StopSignal();
    private boolean told;

    /**
     * @param claimed when the answer came, as {@link System#nanoTime()} says it
     */
    Ticket(ClaimedJob job, long claimed) {
        this.job = job;
        this.claimed = claimed;
    }

    ClaimedJob job() {
        return job;
    }

    /** When the answer of its claim came, as {@link System#nanoTime()} says it. */
    long claimed() {
        return claimed;
    }

    /** Ends its run before its time. */
    StopSignal stop() {
        return stop;
    }

    Claim claim() {
        return Claim.of(job.lease());
    }

    /** What it needs, in bytes. */
    long memory() {
        return job.spec().limits().memoryBytes();
    }

    /** Whether an attempt of it has failed already, or was lost with its worker. */
    boolean failedBefore() {
        return job.lease().attempt() > 1;
    }

    /** Writes the claim's line of log, once. For the thread in whose hands it is. */
    void tell(Logger log) {
        if (!told) {
            told = true;
            Transition.of(job.lease())
                    .of(job.spec())
                    .states("QUEUED", "RUNNING")
                    .outcome("claimed")
                    .took(job.waited())
                    .log(log);
        }
    }
}
