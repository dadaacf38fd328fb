package dev.kiln.store;

import jakarta.enterprise.context.ApplicationScoped;

/** The loops of this process that the store can wake. */
@ApplicationScoped
public class Doorbells {
    private final Doorbell queued = new Doorbell();
    private final Doorbell outbox = new Doorbell();
    private final Doorbell cancels = new Doorbell();

    /** Rung when jobs were queued. */
    public Doorbell queued() {
        return queued;
    }

    /** Rung when a job that runs in this process is to be cancelled. */
    public Doorbell cancels() {
        return cancels;
    }

    /** Rung when events wait to be relayed. */
    public Doorbell outbox() {
        return outbox;
    }
}
