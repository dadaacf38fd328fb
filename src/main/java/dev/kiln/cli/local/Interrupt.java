package dev.kiln.cli.local;

import dev.kiln.sandbox.StopSignal;
import java.io.Closeable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends what runs when this process is told to end, and lets it clean up: a container does not go
 * away by itself, nor does what lies on the disk for it.
 */
final class Interrupt implements Closeable {
    private static final long PATIENCE_SECONDS = 15;

    private final StopSignal stop = new StopSignal();
    private final CountDownLatch over = new CountDownLatch(1);

    Interrupt() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::end, "interrupt"));
    }

    private void end() {
        stop.raise(StopSignal.Reason.RELEASED);
        try {
            if (!over.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                Runtime.getRuntime().halt(ProgramExit.FAULT);
            }
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
    }

    /** Raised when this process is told to end. */
    StopSignal signal() {
        return stop;
    }

    /** Nothing runs any more, and nothing is left of it: to be opened first and closed last. */
    @Override
    public void close() {
        over.countDown();
    }
}
