package dev.kiln.run;

import dev.kiln.job.Lease;
import dev.kiln.job.ProgramStream;
import dev.kiln.sandbox.OutputTap;
import dev.kiln.store.LiveChunk;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * One run, and how much of its output was handed on. For one thread but where it says otherwise.
 */
final class LiveRun {
    /** The most bytes in one piece. */
    private static final int PIECE = 64 << 10;

    /**
     * The most pieces of a stream at a time: one program that floods its output is not the only
     * one.
     */
    private static final int PIECES = 4;

    private final Lease lease;
    private final OutputTap tap;
    private final Map<ProgramStream, Long> handedOn = new EnumMap<>(ProgramStream.class);
    private volatile boolean announced;

    LiveRun(Lease lease, OutputTap tap) {
        this.lease = lease;
        this.tap = tap;
    }

    Lease lease() {
        return lease;
    }

    /** Whether the followers have not been told yet that it runs; asked once. */
    boolean news() {
        boolean first = !announced;
        announced = true;
        return first;
    }

    /** Whether some of it may be in the database; for any thread. */
    boolean live() {
        return announced;
    }

    /** How many of its bytes are in the database. */
    long stored() {
        return handedOn.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * What was written since, in pieces.
     *
     * @param most how many bytes at most
     */
    List<LiveChunk> more(long most) {
        List<LiveChunk> chunks = new ArrayList<>();
        long left = most;
        for (ProgramStream stream : ProgramStream.values()) {
            long from = handedOn.getOrDefault(stream, 0L);
            for (int i = 0; i < PIECES && left > 0; i++) {
                byte[] bytes = tap.read(stream, from, (int) Math.min(PIECE, left));
                if (bytes.length == 0) {
                    break;
                }
                chunks.add(new LiveChunk(lease, stream, from, bytes));
                from += bytes.length;
                left -= bytes.length;
            }
        }
        return chunks;
    }

    /** These pieces of it are in the database. */
    void stored(LiveChunk chunk) {
        handedOn.merge(chunk.stream(), (long) chunk.bytes().length, Long::sum);
    }
}
