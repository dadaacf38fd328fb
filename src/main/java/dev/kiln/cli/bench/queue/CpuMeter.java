package dev.kiln.cli.bench.queue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Tells whose processor time a window cost. */
final class CpuMeter {
    /** {@code USER_HZ}, which Linux fixes for what it tells programs. */
    private static final long TICK_NANOS = 10_000_000;

    private static final int USER_TIME = 11;

    private final long kiln;
    private final long postmaster;

    /**
     * @param kiln the server's process
     * @param postmaster the parent of all of Postgres
     */
    CpuMeter(long kiln, long postmaster) {
        this.kiln = kiln;
        this.postmaster = postmaster;
    }

    /** So much processor time each, or from one moment to another. */
    record Cpu(Duration kiln, Duration postgres, Duration broker) {
        Cpu minus(Cpu before) {
            return new Cpu(
                    kiln.minus(before.kiln),
                    postgres.minus(before.postgres),
                    broker.minus(before.broker));
        }
    }

    /** Until now. The broker lives in this process, and so does whoever produces and consumes. */
    Cpu read() {
        long postgres = nanos(postmaster, true);
        var children = ProcessHandle.of(postmaster).stream().flatMap(ProcessHandle::children);
        postgres += children.mapToLong(child -> nanos(child.pid(), false)).sum();
        return new Cpu(
                Duration.ofNanos(nanos(kiln, false)),
                Duration.ofNanos(postgres),
                Duration.ofNanos(nanos(ProcessHandle.current().pid(), false)));
    }

    /** The processor time of one process until now; none when it has ended. */
    static Duration of(long pid) {
        return Duration.ofNanos(nanos(pid, false));
    }

    private static long nanos(long pid, boolean withEndedChildren) {
        try {
            String stat = Files.readString(Path.of("/proc", String.valueOf(pid), "stat"));
            // After the name, which may hold anything.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            long ticks = 0;
            for (int i = USER_TIME; i < USER_TIME + (withEndedChildren ? 4 : 2); i++) {
                ticks += Long.parseLong(fields[i]);
            }
            return ticks * TICK_NANOS;
        } catch (IOException ended) {
            return 0;
        }
    }
}
