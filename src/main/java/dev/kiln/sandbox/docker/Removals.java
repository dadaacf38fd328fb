package dev.kiln.sandbox.docker;

import java.io.Closeable;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;

/**
 * Does away with cells whose job has its verdict, beside the way of the jobs. What the program left
 * running is told to end at once; what takes its time is the engine's.
 */
final class Removals implements Closeable {
    private final Cells cells;
    private final boolean atOnce;
    private final Semaphore free;
    private final Phaser underWay = new Phaser(1);

    /**
     * Begins with none.
     *
     * @param most how many of jobs may be under way at once; whoever brings one more waits. 0: each
     *     is waited for
     */
    Removals(Cells cells, int most) {
        this.cells = cells;
        this.atOnce = most == 0;
        this.free = new Semaphore(most);
    }

    /**
     * Leaves nothing of a job's cell behind, soon. Its runner may not have ended yet when this
     * returns: it does so as soon as it sees that the worker hung up.
     */
    void add(Cell cell) {
        if (atOnce) {
            cells.dispose(cell);
            return;
        }
        cells.hangUp(cell);
        free.acquireUninterruptibly();
        start(cell, free::release);
    }

    /** Leaves nothing of a cell behind that never had a job; waits for nothing. */
    void discard(Cell cell) {
        start(cell, () -> {});
    }

    private void start(Cell cell, Runnable then) {
        underWay.register();
        Thread.ofVirtual().name("remove-" + cell.spec().name()).start(() -> remove(cell, then));
    }

    private void remove(Cell cell, Runnable then) {
        try {
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
