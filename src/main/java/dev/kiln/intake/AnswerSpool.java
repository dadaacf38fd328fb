package dev.kiln.intake;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Answers that the client has not read yet, in their order: a little of them in memory, the rest in
 * a file that is gone with the request. A client that sends all before it reads would otherwise
 * wait for us while we wait for it. For one thread at a time.
 */
final class AnswerSpool implements Closeable {
    private static final int IN_MEMORY = 512 << 10;
    private static final int PIECE = 64 << 10;

    private final Deque<byte[]> memory = new ArrayDeque<>();
    private int inMemory;
    private @Nullable FileChannel file;
    private long written;
    private long read;

    /** Adds an answer at the end. */
    void add(byte[] answer) throws IOException {
        if (written == read && inMemory + answer.length <= IN_MEMORY) {
            memory.add(answer);
            inMemory += answer.length;
            return;
        }
        if (file == null) {
            // No name is known outside, and it is removed when it is closed, or by the system.
            file =
                    FileChannel.open(
                            Files.createTempFile("kiln-answers", ".ndjson"),
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.DELETE_ON_CLOSE);
        }
        var bytes = ByteBuffer.wrap(answer);
        while (bytes.hasRemaining()) {
            written += file.write(bytes, written);
        }
    }

    /** How many bytes wait. */
    long size() {
        return inMemory + written - read;
    }

    /** The next piece of them; empty when none waits. */
    byte[] next() throws IOException {
        if (!memory.isEmpty()) {
            return fromMemory();
        }
        if (file == null || read == written) {
            return new byte[0];
        }
        var piece = ByteBuffer.allocate((int) Math.min(PIECE, written - read));
        while (piece.hasRemaining()) {
            read += file.read(piece, read);
        }
        if (read == written) {
            file.truncate(0);
            read = 0;
            written = 0;
        }
        return piece.array();
    }

    private byte[] fromMemory() {
        var piece = new ByteArrayOutputStream(Math.min(PIECE, inMemory));
        while (!memory.isEmpty() && piece.size() < PIECE) {
            piece.writeBytes(memory.remove());
        }
        inMemory -= piece.size();
        return piece.toByteArray();
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
