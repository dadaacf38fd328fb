package dev.kiln.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Submits a stream of documents of any length, a thousand lines a request: a piece that was not
 * answered is sent again, which makes no job twice, since each line has its number and all of them
 * a key. Java's client does not read while it writes; pieces spare it from having to.
 */
public final class BatchSender {
    private static final int LINES = 1_000;
    private static final int BYTES = 4 << 20;
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** After so many tries without any progress it is given up. */
    private static final int TRIES = 120;

    private final KilnBatches client;
    private final String key;
    private final @Nullable String batch;
    private volatile long sent;

    /**
     * @param key by which the lines are known when they are sent again
     * @param batch the batch of documents that name none; null for one that the server makes of the
     *     key
     */
    public BatchSender(KilnBatches client, String key, @Nullable String batch) {
        this.client = client;
        this.key = key;
        this.batch = batch;
    }

    /** Told of what comes. */
    public interface Listener {
        /**
         * A line was answered.
         *
         * @param answer with the line's number, and its id or its errors
         * @param text the line as it was sent
         */
        void answered(JsonNode answer, byte[] text);

        /**
         * A piece was answered.
         *
         * @param batch the batch of documents that name none
         * @param end the answer's last line
         */
        void took(String batch, JsonNode end);
    }

    /** The last line that the server has answered. */
    public long sent() {
        return sent;
    }

    /**
     * Sends all lines.
     *
     * @param waiting told why a piece has to be sent again
     * @throws CliException when the server refuses, or is not there for long
     */
    public void send(InputStream lines, Listener listener, Consumer<String> waiting)
            throws InterruptedException {
        var in = new BufferedInputStream(lines, 64 << 10);
        long first = 1;
        for (var piece = Piece.read(in); !piece.isEmpty(); piece = Piece.read(in)) {
            send(piece, first, listener, waiting);
            first += piece.lines();
            sent = first - 1;
        }
    }

    private void send(Piece piece, long first, Listener listener, Consumer<String> waiting)
            throws InterruptedException {
        for (int tries = 1; ; tries++) {
            String trouble;
            try {
                var answer = client.submit(piece.bytes(), key, batch, first);
                var end = answer.lines().isEmpty() ? Json.object() : answer.lines().getLast();
                if (end.path("done").asBoolean()) {
                    tell(piece, first, answer, listener);
                    return;
                }
                trouble = end.path("detail").asText("the answer was cut off");
            } catch (KilnBatches.ComeBackException e) {
                trouble = String.valueOf(e.getMessage());
                if (first == 1 && tries == 1 && trouble.startsWith("no Kiln")) {
                    throw new CliException(trouble, e);
                }
            }
            if (tries == TRIES) {
                throw new CliException(trouble);
            }
            waiting.accept(trouble);
            Thread.sleep(PAUSE);
        }
    }

    private static void tell(
            Piece piece, long first, KilnBatches.Answered answer, Listener listener) {
        var lines = answer.lines();
        for (JsonNode line : lines.subList(0, lines.size() - 1)) {
            listener.answered(line, piece.line((int) (line.path("line").asLong() - first)));
        }
        listener.took(answer.batch(), lines.getLast());
    }

    /** Whole lines that are sent together. */
    private record Piece(byte[] bytes, int[] starts, int lines) {
        /** At least a line, unless there are no more. */
        static Piece read(InputStream in) {
            var bytes = new ByteArrayOutputStream();
            var starts = new int[LINES];
            int lines = 0;
            try {
                while (lines < LINES && bytes.size() < BYTES) {
                    int at = bytes.size();
                    if (!readLine(in, bytes)) {
                        break;
                    }
                    starts[lines++] = at;
                }
            } catch (IOException e) {
                throw new CliException("cannot read the submissions: " + e.getMessage(), e);
            }
            return new Piece(bytes.toByteArray(), starts, lines);
        }

        private static boolean readLine(InputStream in, ByteArrayOutputStream to)
                throws IOException {
            int b = in.read();
            if (b < 0) {
                return false;
            }
            while (b >= 0) {
                to.write(b);
                if (b == '\n') {
                    break;
                }
                b = in.read();
            }
            return true;
        }

        boolean isEmpty() {
            return lines == 0;
        }

        byte[] line(int index) {
            int end = index + 1 < lines ? starts[index + 1] : bytes.length;
            return Arrays.copyOfRange(bytes, starts[index], end);
        }
    }
}
