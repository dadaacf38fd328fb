package dev.kiln.embedded;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/**
 * What has been started, to be stopped in the reverse order, once. Starting and stopping exclude
 * each other: a stop that comes while something starts (Ctrl-C) waits for it and stops it too, and
 * nothing starts after a stop.
 */
public final class Teardown implements AutoCloseable {

    private final Deque<Runnable> stops = new ArrayDeque<>();
    private boolean closed;

    /**
     * Starts something whose end is this object's business from then on.
     *
     * @throws ServerStartException when everything has been stopped
     */
    public synchronized <T extends AutoCloseable> T start(Supplier<T> something) {
        if (closed) {
            throw new ServerStartException("stopped while starting");
        }
        T started = something.get();
        stops.push(() -> stop(started));
        return started;
    }

    private static void stop(AutoCloseable started) {
        try {
            started.close();
        } catch (Exception e) {
            throw new IllegalStateException("cannot stop " + started, e);
        }
    }

    /** Stops everything; what fails to stop does not keep the rest from being stopped. */
    @Override
    public synchronized void close() {
        closed = true;
        RuntimeException first = null;
        while (!stops.isEmpty()) {
            try {
                stops.pop().run();
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
