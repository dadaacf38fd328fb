package dev.kiln.sandbox.docker;

import java.nio.ByteBuffer;

/**
 * Takes the engine's attach stream apart: 8-byte heads (stream, three zeros, length), then that
 * many bytes of the stream. Holds one head, no payload. Used by one thread.
 */
final class Demultiplexer {
    /** Where the container's two streams go. */
    interface Sink {
        void stdout(ByteBuffer bytes) throws MalformedReport;

        void stderr(ByteBuffer bytes);
    }

    private final Sink sink;
    private final ByteBuffer head = ByteBuffer.allocate(8);
    private long left;

    Demultiplexer(Sink sink) {
        this.sink = sink;
    }

    /** Takes all bytes that remain in the buffer. */
    void feed(ByteBuffer bytes) throws MalformedReport {
        while (bytes.hasRemaining()) {
            if (left == 0) {
                readHead(bytes);
            } else {
                int n = (int) Math.min(left, bytes.remaining());
                pass(bytes.slice(bytes.position(), n));
                bytes.position(bytes.position() + n);
                left -= n;
            }
        }
    }

    private void readHead(ByteBuffer bytes) throws MalformedReport {
        while (bytes.hasRemaining() && head.hasRemaining()) {
            head.put(bytes.get());
        }
        if (!head.hasRemaining()) {
            left = head.getInt(4) & 0xffff_ffffL;
            int stream = head.get(0);
            if (stream != 1 && stream != 2) {
                throw new MalformedReport("the engine sent stream " + stream);
            }
            if (left == 0) {
                head.clear();
            }
        }
    }

    private void pass(ByteBuffer bytes) throws MalformedReport {
        boolean last = bytes.remaining() == left;
        if (head.get(0) == 1) {
            sink.stdout(bytes);
        } else {
            sink.stderr(bytes);
        }
        if (last) {
            head.clear();
        }
    }
}
