package dev.kiln.intake;

import dev.kiln.job.JobId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * The ids of jobs that were submitted as lines of a request with an {@code Idempotency-Key}: the
 * same tenant, key and line always make the same id, so that a request that is sent again finds its
 * jobs. UUIDs of version 8 (RFC 9562): 60 bits of a hash of tenant and key, 30 bits of the line, so
 * that the lines of a request lie side by side in their order, and 32 bits of a hash of all three.
 */
final class LineId {
    private static final long LINE = (1L << 30) - 1;

    private LineId() {}

    /** The job's id. */
    static JobId of(String tenant, String key, long line) {
        long request = hash(tenant + "\n" + key);
        long one = hash(tenant + "\n" + key + "\n" + line);
        long high = (request & ~0xffffL) | 0x8000 | (request & 0xfff);
        long low = 0x8000_0000_0000_0000L | ((line & LINE) << 32) | (one & 0xffff_ffffL);
        return new JobId(new UUID(high, low));
    }

    /** The name of the batch of a request that names none. */
    static String batch(String key) {
        long low = hash("batch\n" + key);
        return new UUID((hash("\nbatch\n" + key) & ~0xf000L) | 0x8000, (low >>> 2) | (1L << 63))
                .toString();
    }

    /** Neither tenants nor keys have line feeds, so that no two inputs are one text. */
    private static long hash(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            return ByteBuffer.wrap(digest.digest(text.getBytes(StandardCharsets.UTF_8))).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
