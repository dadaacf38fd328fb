package dev.kiln.run;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts what runs on this host, and the memory promised to it. Only the dispatcher takes slots, so
 * what it saw free stays free until it takes it.
 */
final class Slots {
    private final int total;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final long memory;
    private int taken;
    private long promised;

    /**
     * @param total how many may be taken at once
     * @param memory what they may have together, in bytes
     */
    Slots(int total, long memory) {
        this.total = total;
        this.memory = memory;
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

    /** How many there are. */
    int total() {
        return total;
    }

    /** What they may have together, in bytes. */
    long memory() {
        return memory;
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

    /** How much memory is promised to nobody, in bytes. */
    long freeMemory() {
        lock.lock();
        try {
            return memory - promised;
        } finally {
            lock.unlock();
        }
    }

    void take(long bytes) {
        lock.lock();
        try {
            if (taken >= total) {
                throw new IllegalStateException("no free slot of " + total);
            }
            if (bytes > memory - promised) {
                throw new IllegalStateException("no %d bytes free of %d".formatted(bytes, memory));
            }
            taken++;
            promised += bytes;
        } finally {
            lock.unlock();
        }
    }

    void giveBack(long bytes) {
        lock.lock();
        try {
            taken--;
            promised -= bytes;
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
