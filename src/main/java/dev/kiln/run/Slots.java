package dev.kiln.run;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts what runs on this host. Only the dispatcher takes slots, so what it saw free stays free
 * until it takes it.
 */
final class Slots {
    private final int total;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int taken;

    Slots(int total) {
        this.total = total;
    }

    /** Waits until a slot is free. */
    void awaitFree() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (taken >= total) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** How many slots are free. */
    int free() {
        lock.lock();
        try {
            return total - taken;
        } finally {
            lock.unlock();
        }
    }

    void take() {
        lock.lock();
        try {
            if (taken >= total) {
                throw new IllegalStateException("no free slot of " + total);
            }
            taken++;
        } finally {
            lock.unlock();
        }
    }

    void giveBack() {
        lock.lock();
        try {
            taken--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nothing runs, at most so long. Returns whether nothing does. */
    boolean awaitIdle(Duration atMost) throws InterruptedException {
        long nanos = atMost.toNanos();
        lock.lockInterruptibly();
        try {
            while (taken > 0 && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            return taken == 0;
        } finally {
            lock.unlock();
        }
    }
}
