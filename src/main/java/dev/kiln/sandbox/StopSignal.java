package dev.kiln.sandbox;

import java.util.concurrent.CompletableFuture;

/**
 * Tells a run from outside that it must end before its time. One use, one run; the first reason
 * wins.
 */
public final class StopSignal {
    /** Why the run must end. */
    public enum Reason {
        /** The submitter cancelled the job: keep what there is as a partial result. */
        CANCELLED,
        /**
         * The worker gives the job back or has lost it: whatever the run would say no longer
         * counts.
         */
        RELEASED
    }

    private final CompletableFuture<Reason> raised = new CompletableFuture<>();

    /** Asks the run to end; later calls have no effect. */
    public void raise(Reason reason) {
        raised.complete(reason);
    }

    /** Completes when the run must end. Sandboxes hang their kill on it. */
    public CompletableFuture<Reason> raised() {
        return raised.copy();
    }
}
