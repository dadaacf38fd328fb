package dev.kiln.lifecycle;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A thread that waits and works in turn until it is stopped. Work that fails is logged once for as
 * long as it keeps failing the same way, and tried again after a pause: none of our loops may die
 * of an outage.
 */
public final class Loop implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Loop.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final long CLOSE_SECONDS = 15;

    /** Waits for the next turn; interrupted when the loop is stopped. */
    public interface Wait {
        void await() throws InterruptedException;
    }

    private final String name;
    private final Wait wait;
    private final Runnable work;
    private final Thread thread;

    /**
     * Held during work. An interrupt in the middle of it would cut the database's connection and
     * leave open what was committed, a claim say; so it waits for the end of the turn.
     */
    private final ReentrantLock working = new ReentrantLock();

    private volatile boolean stopping;
    private @Nullable String lastFailure;
    private volatile boolean failing;

    /** Since when the turn under way has been going on; 0 between turns. */
    private volatile long turnSince;

    private Loop(String name, Wait wait, Runnable work) {
        this.name = name;
        this.wait = wait;
        this.work = work;
        this.thread = Thread.ofVirtual().name("kiln-" + name).unstarted(this::run);
    }

    /**
     * Starts a loop.
     *
     * @param wait returns when it is time to work
     * @param work one turn; not interrupted
     */
    public static Loop start(String name, Wait wait, Runnable work) {
        var loop = new Loop(name, wait, work);
        loop.thread.start();
        Loops.add(loop);
        return loop;
    }

    /** How it stands. */
    Loops.Standing standing() {
        long since = turnSince;
        return new Loops.Standing(
                name,
                thread.isAlive(),
                since == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - since),
                failing);
    }

    private void run() {
        try {
            while (!stopping) {
                wait.await();
                if (!workUninterrupted()) {
                    Thread.sleep(PAUSE);
                }
            }
        } catch (InterruptedException stopped) {
            LOG.debugf("loop=%s outcome=stopped", name);
        } catch (Error fatal) {
            // No turn may follow one that broke off anywhere; liveness has the process restarted.
            LOG.errorf(fatal, "loop=%s outcome=ended, this process must be restarted", name);
        }
    }

    private boolean workUninterrupted() {
        working.lock();
        turnSince = System.nanoTime();
        try {
            if (!stopping) {
                work.run();
                recovered();
            }
            return true;
        } catch (RuntimeException e) {
            failed(e);
            return false;
        } finally {
            turnSince = 0;
            working.unlock();
        }
    }

    private void recovered() {
        if (lastFailure != null) {
            LOG.infof("loop=%s outcome=recovered", name);
            lastFailure = null;
            failing = false;
        }
    }

    private void failed(RuntimeException e) {
        String failure = e.toString();
        if (!stopping && !failure.equals(lastFailure)) {
            LOG.warnf(
                    "loop=%s outcome=failed, trying again every %d s: %s",
                    name, PAUSE.toSeconds(), failure);
            LOG.debug("the failure", e);
        }
        lastFailure = failure;
        failing = true;
    }

    /** Lets the turn under way come to its end, for a while, and waits for the thread to end. */
    @Override
    public void close() {
        Loops.remove(this);
        stopping = true;
        try {
            boolean idle = working.tryLock(CLOSE_SECONDS, TimeUnit.SECONDS);
            thread.interrupt();
            if (idle) {
                working.unlock();
            }
            thread.join(Duration.ofSeconds(CLOSE_SECONDS));
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
