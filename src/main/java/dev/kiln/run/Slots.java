package dev.kiln.run;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts what runs on this host, the memory promised to it, and what has run but is not written
 * down yet: a slot is free for the next job while the last one's result is on its way.
 */
final class Slots {
    private final int total;
    private final long memory;
    private final Turnover turnover;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();

    /** Those that run, in the order in which they began. */
    private final Set<Taken> running = new LinkedHashSet<>();

    private int unwritten;
    private long promised;

    /**
     * @param total how many may be taken at once
     * @param memory what they may have together, in bytes
     * @param ahead for how long a job may wait for a slot; zero for not at all
     */
    Slots(int total, long memory, Duration ahead, LongSupplier nanoTime) {
        this.total = total;
        this.memory = memory;
        this.turnover = new Turnover(total, ahead, nanoTime);
        this.nanoTime = nanoTime;
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
            return total - running.size();
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

    /**
     * Whether more than half of the memory is promised, so that jobs may be left for want of it.
     */
    boolean memoryIsTight() {
        return freeMemory() < memory / 2;
    }

    /**
     * For whom there is room: nobody while as many results wait to be written as there are jobs in
     * a worker's hands, so that nothing is started, or claimed, while the database takes none.
     *
     * @param waiting how many jobs wait here for a slot
     * @param waitingMemory what they need together, in bytes
     */
    Room room(int waiting, long waitingMemory) {
        lock.lock();
        try {
            int ahead = ahead();
            boolean enough = unwritten >= total + ahead || ahead > 0 && waiting > ahead / 2;
            return enough
                    ? Room.NONE
                    : new Room(
                            Math.max(0, total - running.size() + ahead - waiting),
                            // Those ahead have of memory what as many slots would have.
                            Math.max(
                                    0, memory - promised + memory / total * ahead - waitingMemory));
        } finally {
            lock.unlock();
        }
    }

    private int ahead() {
        return turnover.ahead(
                running.isEmpty() ? nanoTime.getAsLong() : running.iterator().next().since);
    }

    /** What was claimed ahead should not have been: nothing is, for a while. */
    void claimNoneAhead() {
        lock.lock();
        try {
            turnover.rest();
        } finally {
            lock.unlock();
        }
    }

    /** Takes a slot, and this much memory; null when either is not to be had now. */
    @Nullable Taken take(long bytes) {
        lock.lock();
        try {
            if (running.size() >= total
                    || bytes > memory - promised
                    || unwritten >= total + ahead()) {
                return null;
            }
            var taken = new Taken(bytes, nanoTime.getAsLong());
            running.add(taken);
            promised += bytes;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /**
     * How many more jobs a worker can take.
     *
     * @param memory what they may have together, in bytes
     */
    record Room(int jobs, long memory) {
        static final Room NONE = new Room(0, 0);

        boolean none() {
            return jobs == 0 || memory == 0;
        }
    }

    /** A slot that one job has, until what came of it is written. */
    final class Taken implements AutoCloseable {
        private final long bytes;
        private final long since;

        private Taken(long bytes, long since) {
            this.bytes = bytes;
            this.since = since;
        }

        /** The program no longer runs, but what came of it may have to be written. */
        void ran() {
            lock.lock();
            try {
                if (running.remove(this)) {
                    promised -= bytes;
                    unwritten++;
                    turnover.ended();
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
                if (running.isEmpty() && unwritten == 0) {
                    idle.signalAll();
                }
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
            while (running.size() + unwritten > 0 && nanos > 0) {
                nanos = idle.awaitNanos(nanos);
            }
            return running.size() + unwritten == 0;
        } finally {
            lock.unlock();
        }
    }
}
