package dev.kiln.sandbox.docker;

import dev.kiln.job.CapturedStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Keeps what the runner passes on of one output stream, never more than the cap. Safe for use by
 * many threads.
 */
final class OutputCollector {
    private final long cap;
    private final Kept kept = new Kept();
    private long produced;

    OutputCollector(long cap) {
        this.cap = cap;
    }

    synchronized void add(ByteBuffer bytes) throws MalformedReport {
        int n = bytes.remaining();
        if (kept.size() + (long) n > cap) {
            throw new MalformedReport(
                    "more output than the " + cap + " bytes the runner may pass on");
        }
        kept.write(bytes.array(), bytes.arrayOffset() + bytes.position(), n);
        produced = Math.max(produced, kept.size());
    }

    /** The program wrote at least so many bytes up to now. */
    synchronized void produced(long atLeast) {
        produced = Math.max(produced, atLeast);
    }

    /** The program wrote exactly so many bytes; what was kept must agree. */
    synchronized void ended(long total) throws MalformedReport {
        if (kept.size() != Math.min(cap, total)) {
            throw new MalformedReport(
                    kept.size() + " bytes passed on of " + total + " with a cap of " + cap);
        }
        produced = total;
    }

    /** A part of what was kept up to now; empty where there is nothing yet. */
    synchronized byte[] read(long from, int most) {
        return kept.read(from, most);
    }

    synchronized CapturedStream captured() {
        return new CapturedStream(kept.toByteArray(), produced);
    }

    /** Of which parts can be copied. */
    private static final class Kept extends ByteArrayOutputStream {
        byte[] read(long from, int most) {
            int start = (int) Math.min(from, count);
            return Arrays.copyOfRange(buf, start, start + Math.min(most, count - start));
        }
    }
}
