package dev.kiln.sandbox;

import dev.kiln.job.ProgramStream;
import java.util.OptionalLong;

/**
 * Lets others look, from other threads, at what a run has kept of its output so far, and when its
 * program started. Costs the run nothing while nobody looks. One use, one run.
 */
public final class OutputTap {
    private static final byte[] NOTHING = new byte[0];

    private volatile Source source = (_, _, _) -> NOTHING;
    private volatile OptionalLong started = OptionalLong.empty();

    /** Where the output is kept while the program runs; safe for use by many threads. */
    @FunctionalInterface
    public interface Source {
        /**
         * What was kept of that stream, copied.
         *
         * @param from the first byte's place, from 0
         * @param most how many bytes at most
         * @return empty when there are none there yet
         */
        byte[] read(ProgramStream stream, long from, int most);
    }

    /** Has this read from now on; called by the sandbox, before the program starts. */
    public void open(Source of) {
        source = of;
    }

    /**
     * The program has started, or its compiler before it; called by the sandbox, each time.
     *
     * @param nanoTime when, as {@link System#nanoTime()} says it
     */
    public synchronized void started(long nanoTime) {
        if (started.isEmpty()) {
            started = OptionalLong.of(nanoTime);
        }
    }

    /** When the program, or its compiler, has started; empty before. */
    public OptionalLong started() {
        return started;
    }

    /** As {@link Source#read}; nothing before the program has started. */
    public byte[] read(ProgramStream stream, long from, int most) {
        return source.read(stream, from, most);
    }
}
