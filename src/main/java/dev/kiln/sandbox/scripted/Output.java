package dev.kiln.sandbox.scripted;

import dev.kiln.job.CapturedStream;
import java.io.ByteArrayOutputStream;

/** What a scripted program wrote on one stream: kept up to the limit, counted beyond it. */
final class Output {
    private final long limit;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private long produced;

    Output(long limit) {
        this.limit = limit;
    }

    void write(byte[] bytes) {
        produced += bytes.length;
        kept.write(bytes, 0, (int) Math.min(bytes.length, limit - kept.size()));
    }

    CapturedStream captured() {
        return new CapturedStream(kept.toByteArray(), produced);
    }
}
