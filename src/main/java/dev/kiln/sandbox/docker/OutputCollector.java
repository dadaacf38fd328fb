package dev.kiln.sandbox.docker;

import dev.kiln.job.CapturedStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * Keeps what the runner passes on of one output stream, never more than the cap. Safe for use by
 * many threads.
 */
final class OutputCollector {
    private final long cap;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
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

    synchronized CapturedStream captured() {
        return new CapturedStream(kept.toByteArray(), produced);
    }
}
