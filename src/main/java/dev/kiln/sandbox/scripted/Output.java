package dev.kiln.sandbox.scripted;

import dev.kiln.job.CapturedStream;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * What a scripted program wrote on one stream: kept up to the limit, counted beyond it. Safe for
 * use by many threads.
 */
final class Output {
    private final long limit;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private long produced;

    Output(long limit) {
        this.limit = limit;
    }

    synchronized void write(byte[] bytes) {
        produced += bytes.length;
        kept.write(bytes, 0, (int) Math.min(bytes.length, limit - kept.size()));
    }

    synchronized byte[] read(long from, int most) {
        int start = (int) Math.min(from, kept.size());
        return Arrays.copyOfRange(kept.toByteArray(), start, Math.min(kept.size(), start + most));
    }

    synchronized CapturedStream captured() {
        return new CapturedStream(kept.toByteArray(), produced);
    }
}
