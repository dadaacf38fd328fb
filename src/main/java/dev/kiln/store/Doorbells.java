package dev.kiln.store;

import jakarta.enterprise.context.ApplicationScoped;

/** The loops of this process that the store can wake. */
@ApplicationScoped
public class Doorbells {
    private final Doorbell queued = new Doorbell();
    private final Doorbell outbox = new Doorbell();

    /** Rung when jobs were queued. */
    public Doorbell queued() {
        return queued;
    }

    /** Rung when events wait to be relayed. */
    public Doorbell outbox() {
        return outbox;
    }
}
