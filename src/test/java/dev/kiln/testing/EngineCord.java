package dev.kiln.testing;

import dev.kiln.chaos.Link;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A socket that leads to the Docker Engine's own, and that a test can cut and mend: to whoever uses
 * it the engine has stopped, to everybody else on the machine it has not.
 */
public final class EngineCord implements AutoCloseable {
    private static final Path ENGINE = Path.of("/var/run/docker.sock");

    private final Path socket;
    private final Link link;
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

    private boolean awaitLeave(ByteBuffer request) throws IOException {
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
