package dev.kiln.sandbox.docker;

import dev.kiln.sandbox.SandboxFault;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Bounds blocking calls in time. The engine's client has no usable time-out of its own: a call to a
 * hung engine would wait for ever. A call that is given up is interrupted, which closes its socket
 * and so ends its thread.
 */
final class Calls {
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(
                    Thread.ofVirtual().name("engine-call-", 0).factory());

    /**
     * Makes the call and waits for it.
     *
     * @param what the call, for people: "start the container"
     * @throws SandboxFault with scope {@code HOST} when it took longer than the limit
     * @throws CallFailed with what the call threw
     */
    <T> T within(Duration limit, String what, Callable<T> call)
            throws SandboxFault, CallFailed, InterruptedException {
        var future = threads.submit(call);
        try {
            return future.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            throw new SandboxFault(
                    SandboxFault.Scope.HOST,
                    "The Docker Engine hangs: it did not %s within %d s. Look at its log (journalctl -u docker) and restart it."
                            .formatted(what, limit.toSeconds()),
                    late);
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            throw new CallFailed(cause == null ? failed : cause);
        } finally {
            future.cancel(true);
        }
    }

    /** The call itself threw. */
    static final class CallFailed extends Exception {
        private final Throwable reason;

        CallFailed(Throwable reason) {
            super(reason);
            this.reason = reason;
        }

        /** What it threw. */
        Throwable reason() {
            return reason;
        }
    }
}
