package dev.kiln.run;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts what runs on this host, the memory promised to it, and what has run but is not written
 * down yet: a slot is free for the next job while the last one's result is on its way. Only the
 * dispatcher takes slots, so what it saw free stays free until it takes it.
 */
final class Slots {
    private final int total;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final long memory;
    private int taken;
    private int unwritten;
    private long promised;

    /**
     * @param total how many may be taken at once
     * @param memory what they may have together, in bytes
     */
    Slots(int total, long memory) {
        this.total = total;
        this.memory = memory;
    }

    /**
     * Waits until a slot is free, and no more results than there are slots wait to be written:
     * nothing is started while the database takes none.
     */
    void awaitFree() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (taken >= total || unwritten >= total) {
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

    /** Takes a slot, and this much memory. */
    Taken take(long bytes) {
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
            return new Taken(bytes);
        } finally {
            lock.unlock();
        }
    }

    /** A slot that one job has, until what came of it is written. */
    final class Taken implements AutoCloseable {
        private final long bytes;
        private boolean runs = true;

        private Taken(long bytes) {
            this.bytes = bytes;
        }

        /** The program no longer runs, but what came of it may have to be written. */
        void ran() {
            lock.lock();
            try {
                if (runs) {
                    runs = false;
                    taken--;
                    promised -= bytes;
                    unwritten++;
                    changed.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }

        /** Nothing is left to do. Once. */
        @Override
        public void close() {
            ran();
            lock.lock();
            try {
                unwritten--;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * Waits until nothing runs and nothing is to be written, at most so long. Returns whether that
     * is so.
     */
    boolean awaitIdle(Duration atMost) throws InterruptedException {
        long nanos = atMost.toNanos();
        lock.lockInterruptibly();
        try {
            while (taken + unwritten > 0 && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            return taken + unwritten == 0;
        } finally {
            lock.unlock();
        }
    }
}
