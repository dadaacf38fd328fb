package dev.kiln.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.client.KilnException;
import dev.kiln.client.LineAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Submits a stream of documents of any length. Every failure is a {@link CliException}. */
public final class BatchSender {
    private final dev.kiln.client.BatchSender sender;

    /**
     * @param key by which the lines are known when they are sent again
     * @param batch the batch of documents that name none; null for one that the server makes of the
     *     key
     */
    public BatchSender(KilnBatches batches, String key, @Nullable String batch) {
        this.sender = batches.client().batches().sender(key, batch);
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
        return sender.sent();
    }

    /**
     * Sends all lines.
     *
     * @param waiting told why a piece has to be sent again
     * @throws CliException when the server refuses, or is not there for long
     */
    public void send(InputStream lines, Listener listener, Consumer<String> waiting)
            throws InterruptedException {
        try {
            sender.send(lines, new Told(listener, waiting));
        } catch (IOException e) {
            throw new CliException("cannot read the submissions: " + e.getMessage(), e);
        } catch (KilnException e) {
            throw Failures.of(e);
        }
    }

    private record Told(Listener listener, Consumer<String> waiting)
            implements dev.kiln.client.BatchSender.Listener {
        @Override
        public void answered(LineAnswer answer, byte[] text) {
            listener.answered(answer.json(), text);
        }

        @Override
        public void took(String batch, ObjectNode end) {
            listener.took(batch, end);
        }

        @Override
        public void waiting(KilnException why) {
            waiting.accept(Failures.inWords(why));
        }
    }
}
