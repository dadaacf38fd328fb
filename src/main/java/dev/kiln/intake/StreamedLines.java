package dev.kiln.intake;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream of any length into its lines, of which one at a time is in memory, and no more of
 * it than a document may have.
 */
final class StreamedLines {
    private static final int BUFFER = 64 << 10;

    /**
     * A line.
     *
     * @param number counted from the first line's number
     * @param text as it was sent, without its end; null when it is longer than allowed
     * @param bytes how long it is
     */
    record Line(long number, byte @Nullable [] text, long bytes) {}

    private final InputStream in;
    private final long longest;
    private final byte[] buffer = new byte[BUFFER];
    private int from;
    private int to;
    private long number;

    /**
     * @param first the first line's number
     * @param longest the most bytes that a line may have
     */
    StreamedLines(InputStream in, long first, long longest) {
        this.in = in;
        this.longest = longest;
        this.number = first - 1;
    }

    /** The number of the last line that was read, also of one that was passed over. */
    long number() {
        return number;
    }

    /**
     * The next line that is not blank; null after the last. What comes behind the last line feed is
     * a line too.
     *
     * @throws IOException when the stream broke off; the line that it broke off in is none
     */
    @Nullable Line next() throws IOException {
        while (true) {
            var line = line();
            if (line == null || line.text() == null || !isBlank(line.text())) {
                return line;
            }
        }
    }

    private @Nullable Line line() throws IOException {
        if (from == to && !fill()) {
            return null;
        }
        number++;
        var text = new ByteArrayOutputStream(256);
        long bytes = 0;
        do {
            int end = from;
            while (end < to && buffer[end] != '\n') {
                end++;
            }
            bytes += end - from;
            if (bytes <= longest) {
                text.write(buffer, from, end - from);
            }
            boolean whole = end < to;
            from = whole ? end + 1 : to;
            if (whole) {
                break;
            }
        } while (fill());
        return new Line(number, bytes <= longest ? text.toByteArray() : null, bytes);
    }

    private boolean fill() throws IOException {
        from = 0;
        to = 0;
        int read = in.read(buffer, 0, buffer.length);
        if (read <= 0) {
            return false;
        }
        to = read;
        return true;
    }

    /**
     * Reads what is left and drops it: who writes all before reading must be let come to its end.
     */
    void drain() throws IOException {
        while (fill()) {
            // Dropped.
        }
        from = to;
    }

    private static boolean isBlank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }
}
