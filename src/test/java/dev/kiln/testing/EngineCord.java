package dev.kiln.testing;

import dev.kiln.chaos.Link;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A socket that leads to the Docker Engine's own, and that a test can cut and mend: to whoever uses
 * it the engine has stopped, to everybody else on the machine it has not.
 */
public final class EngineCord implements AutoCloseable {
    private static final Path ENGINE = Path.of("/var/run/docker.sock");

    private static final int LONGEST_LINE = 2000;
    private static final Pattern REQUEST =
            Pattern.compile("(GET|HEAD|POST|PUT|DELETE) (?:/v[0-9.]+)?(/\\S*) HTTP/1\\.1\r\n");

    private final Path socket;
    private final Link link;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile @Nullable Hold hold;

    /** Requests that do not reach the engine for a while. */
    private record Hold(byte[] start, CountDownLatch released) {}

    /** Leads to the engine from now on. */
    public EngineCord(Path socket) {
        this.socket = socket;
        this.link =
                new Link(
                        UnixDomainSocketAddress.of(socket),
                        UnixDomainSocketAddress.of(ENGINE),
                        () -> this::awaitLeave,
                        () -> Link.Tap.NONE);
    }

    /** For {@code kiln.sandbox.engine}. */
    public String uri() {
        return "unix://" + socket;
    }

    /** Breaks all connections and refuses new ones. */
    public void cut() {
        link.cut();
    }

    /**
     * Holds back requests that begin so, such as {@code DELETE /}, until the returned latch is
     * counted down: to whoever sends one the engine hangs.
     */
    public CountDownLatch hold(String requestStart) {
        var released = new CountDownLatch(1);
        hold = new Hold(requestStart.getBytes(StandardCharsets.US_ASCII), released);
        return released;
    }

    /** What was asked of the engine so far: method and path of each request, in their order. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    /** A client sends a request's head at once, and the next only after the answer. */
    private void note(ByteBuffer chunk) {
        byte[] start = new byte[Math.min(chunk.remaining(), LONGEST_LINE)];
        chunk.duplicate().get(start);
        var line = REQUEST.matcher(new String(start, StandardCharsets.ISO_8859_1));
        if (line.lookingAt()) {
            requests.add(line.group(1) + " " + line.group(2));
        }
    }

    private boolean awaitLeave(ByteBuffer request) throws IOException {
        note(request);
        Hold held = hold;
        if (held == null || request.remaining() < held.start().length) {
            return true;
        }
        byte[] start = new byte[held.start().length];
        request.get(start);
        try {
            if (Arrays.equals(start, held.start())) {
                held.released().await();
            }
            return true;
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** Lets new connections through again. */
    public void mend() {
        link.mend();
    }

    @Override
    public void close() {
        link.close();
    }
}
