package dev.kiln.sandbox.docker;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/**
 * The two ends of a container's standard streams, through the engine. Reads all the time: an
 * attachment that nobody reads makes the engine's kill, inspect and wait hang. Closing it closes
 * the container's stdin, which ends the runner.
 */
final class Attachment implements Closeable {
    private static final int MAX_ANSWER = 8 << 10;
    private static final int MAX_DIAGNOSTICS = 4 << 10;

    private final SocketChannel channel;
    private final Conversation conversation;
    private final StringBuilder diagnostics = new StringBuilder();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    private Attachment(SocketChannel channel, Conversation conversation) {
        this.channel = channel;
        this.conversation = conversation;
    }

    /**
     * Attaches to a container that need not run yet, and begins to read.
     *
     * @throws IOException when the engine cannot be reached or refuses
     */
    static Attachment open(EngineAddress engine, String containerId, Conversation conversation)
            throws IOException {
        SocketChannel channel = engine.connect();
        try {
            var rest = upgrade(channel, containerId);
            var attachment = new Attachment(channel, conversation);
            Thread.ofVirtual()
                    .name("attach-" + containerId.substring(0, 12))
                    .start(() -> attachment.read(rest));
            return attachment;
        } catch (IOException | RuntimeException failed) {
            channel.close();
            throw failed;
        }
    }

    /**
     * Turns the connection into the raw stream; returns the bytes of the stream that came with the
     * answer.
     */
    private static ByteBuffer upgrade(SocketChannel channel, String containerId)
            throws IOException {
        String request =
                "POST /containers/"
                        + containerId
                        + "/attach?stream=1&stdin=1&stdout=1&stderr=1 HTTP/1.1\r\n"
                        + "Host: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n";
        writeFully(channel, ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
        ByteBuffer answer = ByteBuffer.allocate(MAX_ANSWER);
        int end;
        while ((end = endOfHead(answer)) < 0) {
            if (!answer.hasRemaining() || channel.read(answer) < 0) {
                throw new IOException("the engine's answer to attach has no end");
            }
        }
        String head = new String(answer.array(), 0, end, StandardCharsets.US_ASCII);
        if (!head.startsWith("HTTP/1.1 101 ")) {
            throw new IOException(
                    "the engine refuses attach: " + head.lines().findFirst().orElse(""));
        }
        return answer.flip().position(end);
    }

    private static int endOfHead(ByteBuffer answer) {
        byte[] bytes = answer.array();
        for (int i = 3; i < answer.position(); i++) {
            if (bytes[i] == '\n'
                    && bytes[i - 1] == '\r'
                    && bytes[i - 2] == '\n'
                    && bytes[i - 3] == '\r') {
                return i + 1;
            }
        }
        return -1;
    }

    private static void writeFully(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private void read(ByteBuffer first) {
        try {
            drain(first);
            conversation.over(new Conversation.End.Silent());
        } catch (ClosedChannelException ours) {
            conversation.over(new Conversation.End.Silent());
        } catch (IOException broken) {
            conversation.over(
                    new Conversation.End.Broken(
                            "the engine's stream broke: " + broken.getMessage()));
        } catch (MalformedReport | RuntimeException malformed) {
            conversation.over(
                    new Conversation.End.Broken("malformed report: " + malformed.getMessage()));
            drainUnread();
        } finally {
            closed.complete(null);
        }
    }

    private void drain(ByteBuffer first) throws IOException, MalformedReport {
        var report = new ReportDecoder(conversation);
        var streams = new Demultiplexer(sink(report));
        streams.feed(first);
        ByteBuffer buffer = ByteBuffer.allocate(32 << 10);
        while (channel.read(buffer) >= 0) {
            streams.feed(buffer.flip());
            buffer.clear();
        }
    }

    /** What comes after nonsense is not looked at, but still taken, or the engine would hang. */
    private void drainUnread() {
        ByteBuffer buffer = ByteBuffer.allocate(32 << 10);
        try {
            while (channel.read(buffer) >= 0) {
                buffer.clear();
            }
        } catch (IOException gone) {
            // As good as the end of the stream: the conversation is over already.
            diagnostics("attach: " + gone.getMessage());
        }
    }

    private Demultiplexer.Sink sink(ReportDecoder report) {
        return new Demultiplexer.Sink() {
            @Override
            public void stdout(ByteBuffer bytes) throws MalformedReport {
                report.feed(bytes);
            }

            @Override
            public void stderr(ByteBuffer bytes) {
                diagnostics(StandardCharsets.UTF_8.decode(bytes).toString());
            }
        };
    }

    private void diagnostics(String text) {
        synchronized (diagnostics) {
            diagnostics.append(
                    text, 0, Math.min(text.length(), MAX_DIAGNOSTICS - diagnostics.length()));
        }
    }

    /**
     * What the platform inside (never the program) had to say, the first few thousand characters.
     */
    String diagnostics() {
        synchronized (diagnostics) {
            return diagnostics.toString().strip();
        }
    }

    /** Sends bytes to the runner; blocks while it does not take them. */
    void send(byte[] bytes) throws IOException {
        writeFully(channel, ByteBuffer.wrap(bytes));
    }

    /** Completes when the container's end has closed and everything it sent was taken. */
    CompletableFuture<Void> closed() {
        return closed;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
