package dev.kiln.lifecycle;

import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;

/**
 * Tells of the end before Quarkus does: by the time of its {@link ShutdownEvent} the HTTP server
 * has closed all connections, also those whose request is still to be answered.
 */
@ApplicationScoped
public class OrderlyEnd {
    private static final int FIRST = 1;

    private final Event<Stopping> stopping;
    private boolean begun;

    OrderlyEnd(Event<Stopping> stopping) {
        this.stopping = stopping;
    }

    /** Fires {@link Stopping}, once, and returns when all observers have done what they had to. */
    public synchronized void begin() {
        if (!begun) {
            begun = true;
            stopping.fire(new Stopping());
        }
    }

    /** Of a process that was ended another way, as tests do it. */
    void late(@Observes @Priority(FIRST) ShutdownEvent event) {
        begin();
    }
}
