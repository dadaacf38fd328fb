package dev.kiln.cli.bench;

import dev.kiln.bench.host.Proc;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Looks at the memory of a process ten times a second until it is closed. */
final class PeakMemory implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofMillis(100);

    private final Proc proc;
    private final long pid;
    private volatile long bytes;
    private volatile boolean closed;

    private PeakMemory(Proc proc, long pid) {
        this.proc = proc;
        this.pid = pid;
    }

    static PeakMemory of(Proc proc, long pid) {
        var peak = new PeakMemory(proc, pid);
        peak.look();
        Thread.ofPlatform().daemon().name("bench-memory").start(peak::watch);
        return peak;
    }

    private void watch() {
        while (!closed) {
            LockSupport.parkNanos(INTERVAL.toNanos());
            look();
        }
    }

    private synchronized void look() {
        bytes = Math.max(bytes, proc.resident(pid).orElse(0L));
    }

    /** The most it had resident so far. */
    long bytes() {
        return bytes;
    }

    @Override
    public void close() {
        closed = true;
    }
}
