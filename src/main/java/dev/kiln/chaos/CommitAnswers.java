package dev.kiln.chaos;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Finds the answers to COMMIT in what a Postgres server sends on one connection: messages of a type
 * byte, a length that counts itself, and a body (PostgreSQL documentation, "Message Formats"). The
 * connection must not have begun with a question for encryption.
 */
final class CommitAnswers {
    private static final byte COMMAND_COMPLETE = 'C';
    private static final byte[] TAG = "COMMIT\0".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER = 5;

    private final ByteBuffer header = ByteBuffer.allocate(HEADER);
    private final ByteBuffer body = ByteBuffer.allocate(TAG.length);
    private long left;

    /** Whether a COMMIT is answered in this chunk, which follows the last one. */
    boolean in(ByteBuffer chunk) {
        boolean found = false;
        while (chunk.hasRemaining()) {
            if (header.hasRemaining()) {
                readHeader(chunk);
            } else {
                readBody(chunk);
            }
            if (!header.hasRemaining() && left == 0) {
                found |= header.get(0) == COMMAND_COMPLETE && Arrays.equals(body.array(), TAG);
                header.clear();
            }
        }
        return found;
    }

    private void readHeader(ByteBuffer chunk) {
        while (header.hasRemaining() && chunk.hasRemaining()) {
            header.put(chunk.get());
        }
        if (!header.hasRemaining()) {
            left = (long) header.getInt(1) - Integer.BYTES;
            body.clear();
            Arrays.fill(body.array(), (byte) -1);
        }
    }

    private void readBody(ByteBuffer chunk) {
        int here = (int) Math.min(left, chunk.remaining());
        for (int i = 0; i < here; i++) {
            byte next = chunk.get();
            if (body.hasRemaining()) {
                body.put(next);
            }
        }
        left -= here;
    }
}
