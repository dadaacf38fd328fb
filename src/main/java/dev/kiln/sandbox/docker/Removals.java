package dev.kiln.sandbox.docker;

import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * Does away with cells whose job has its verdict, beside the way of the jobs. Not at once: to end a
 * sandbox takes tens of milliseconds of a processor, which the way of the verdict to whoever waits
 * for it needs more urgently. But at once where jobs wait for cells: what has had its job is in
 * their way, and takes of the processors for as long as it is there.
 */
final class Removals implements Closeable {
    private final Cells cells;
    private final boolean atOnce;
    private final Duration pause;
    private final Semaphore free;
    private final Phaser underWay = new Phaser(1);

    /**
     * Begins with none.
     *
     * @param most how many of jobs may be under way at once; whoever brings one more waits. 0: each
     *     is waited for
     * @param pause how long after the verdict a removal begins, unless jobs wait for cells
     */
    Removals(Cells cells, int most, Duration pause) {
        this.cells = cells;
        this.pause = pause;
        this.atOnce = most == 0;
        this.free = new Semaphore(most);
    }

    /**
     * Leaves nothing of a job's cell behind, soon. Its runner has not ended yet when this returns:
     * it does so as soon as it sees that the worker hung up.
     *
     * @param waited for how long the job waited for its cell: what it met, the next one will
     */
    void add(Cell cell, Duration waited) {
        if (atOnce) {
            cells.dispose(cell);
            return;
        }
        if (free.tryAcquire()) {
            start(cell, waited.compareTo(pause) > 0 ? Duration.ZERO : pause, free::release);
            return;
        }
        cells.hangUp(cell);
        free.acquireUninterruptibly();
        start(cell, Duration.ZERO, free::release);
    }

    /** Leaves nothing of a cell behind that never had a job; waits for nothing. */
    void discard(Cell cell) {
        start(cell, Duration.ZERO, () -> {});
    }

    private void start(Cell cell, Duration after, Runnable then) {
        underWay.register();
        Thread.ofVirtual()
                .name("remove-" + cell.spec().name())
                .start(() -> remove(cell, after, then));
    }

    private void remove(Cell cell, Duration after, Runnable then) {
        try {
            LockSupport.parkNanos(after.toNanos());
            cells.dispose(cell);
        } finally {
            then.run();
            underWay.arriveAndDeregister();
        }
    }

    /** Waits until all are gone; each is bounded in time. */
    @Override
    public void close() {
        underWay.arriveAndAwaitAdvance();
    }
}
