package dev.kiln.store;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Wakes a loop of this process early when there is something to do. A hint only: the loop polls all
 * the same, since the work may come from another process. Rings while nobody waits are kept as one.
 */
public final class Doorbell {
    private final Semaphore rung = new Semaphore(0);

    /**
     * Rings.
     *
     * @return whether somebody was waiting for it; a guess, since others may ring too
     */
    public boolean ring() {
        boolean awaited = rung.hasQueuedThreads();
        rung.release();
        return awaited;
    }

    /**
     * Waits for a ring, at most so long.
     *
     * @return whether there was one
     */
    public boolean await(Duration atMost) throws InterruptedException {
        if (rung.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
            rung.drainPermits();
            return true;
        }
        return false;
    }
}
