package dev.kiln.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
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

    /** Longer than this a server is not obeyed. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /** After so many tries without any progress it is given up. */
    private static final int TRIES = 120;

    private final KilnBatches client;
    private final String key;
    private final @Nullable String batch;
    private volatile long sent;

    BatchSender(KilnBatches client, String key, @Nullable String batch) {
        this.client = client;
        this.key = key;
        this.batch = batch;
    }

    /** Told of what comes. */
    @FunctionalInterface
    public interface Listener {
        /**
         * A line was answered.
         *
         * @param answer with the line's number, and its id or its errors
         * @param text the line as it was sent
         */
        void answered(LineAnswer answer, byte[] text);

        /**
         * A piece was answered.
         *
         * @param batch the batch of documents that name none
         * @param end the answer's last line
         */
        default void took(String batch, ObjectNode end) {}

        /** A piece has to be sent again, in a while. */
        default void waiting(KilnException why) {}
    }

    /** The last line that the server has answered. */
    public long sent() {
        return sent;
    }

    /**
     * Sends all lines.
     *
     * @param lines a document each (docs/API.md)
     * @throws IOException when they cannot be read
     * @throws KilnException when the server refuses, is not there at all, or is away for long
     */
    public void send(InputStream lines, Listener listener)
            throws InterruptedException, IOException {
        var in = new BufferedInputStream(lines, 64 << 10);
        long first = 1;
        for (var piece = Piece.read(in); !piece.isEmpty(); piece = Piece.read(in)) {
            send(piece, first, listener);
            first += piece.lines();
            sent = first - 1;
        }
    }

    private void send(Piece piece, long first, Listener listener) throws InterruptedException {
        for (int tries = 1; ; tries++) {
            KilnBatches.Answered answer;
            try {
                answer = client.submit(piece.bytes(), key, batch, first);
                requireEnd(answer);
            } catch (KilnException e) {
                boolean neverThere =
                        first == 1
                                && tries == 1
                                && e instanceof KilnUnreachable away
                                && away.failure() == KilnUnreachable.Failure.NO_CONNECTION;
                if (tries == TRIES || neverThere || !passes(e)) {
                    throw e;
                }
                listener.waiting(e);
                Thread.sleep(pause(e));
                continue;
            }
            tell(piece, first, answer, listener);
            return;
        }
    }

    private static boolean passes(KilnException e) {
        return switch (e) {
            case KilnUnreachable _ -> true;
            case KilnProblem problem -> problem.passes();
        };
    }

    private static Duration pause(KilnException e) {
        var asked = e instanceof KilnProblem problem ? problem.retryAfter().orElse(PAUSE) : PAUSE;
        return asked.compareTo(LONGEST_PAUSE) < 0 ? asked : LONGEST_PAUSE;
    }

    /** The last line says that it is the last. */
    private static void requireEnd(KilnBatches.Answered answer) {
        var end = answer.lines().isEmpty() ? null : answer.lines().getLast();
        if (end == null || !end.has("done")) {
            throw new KilnUnreachable(
                    KilnUnreachable.Failure.BROKEN,
                    "the answer was cut off",
                    new EOFException("the answer was cut off"));
        }
        if (!end.path("done").asBoolean()) {
            throw KilnProblem.of(end);
        }
    }

    private static void tell(
            Piece piece, long first, KilnBatches.Answered answer, Listener listener) {
        var lines = answer.lines();
        for (ObjectNode line : lines.subList(0, lines.size() - 1)) {
            var told = new LineAnswer(line);
            listener.answered(told, piece.line((int) (told.line() - first)));
        }
        listener.took(answer.batch(), lines.getLast());
    }

    /** Whole lines that are sent together. */
    private record Piece(byte[] bytes, int[] starts, int lines) {
        /** At least a line, unless there are no more. */
        static Piece read(InputStream in) throws IOException {
            var bytes = new ByteArrayOutputStream();
            var starts = new int[LINES];
            int lines = 0;
            while (lines < LINES && bytes.size() < BYTES) {
                int at = bytes.size();
                if (!readLine(in, bytes)) {
                    break;
                }
                starts[lines++] = at;
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
