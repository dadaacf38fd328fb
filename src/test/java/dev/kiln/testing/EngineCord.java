package dev.kiln.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A socket that leads to the Docker Engine's own, and that a test can cut and mend: to whoever uses
 * it the engine has stopped, to everybody else on the machine it has not.
 */
public final class EngineCord implements AutoCloseable {
    private static final Path ENGINE = Path.of("/var/run/docker.sock");

    private final Path socket;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private ServerSocketChannel server;
    private volatile @Nullable Hold hold;

    /** Requests that do not reach the engine for a while. */
    private record Hold(byte[] start, CountDownLatch released) {}

    /** Leads to the engine from now on. */
    public EngineCord(Path socket) {
        this.socket = socket;
        mend();
    }

    /** For {@code kiln.sandbox.engine}. */
    public String uri() {
        return "unix://" + socket;
    }

    /** Breaks all connections and refuses new ones. */
    public void cut() {
        try {
            server.close();
            Files.deleteIfExists(socket);
            for (SocketChannel channel : open) {
                channel.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    private void awaitLeave(ByteBuffer request) throws IOException {
        Hold held = hold;
        if (held == null || request.remaining() < held.start().length) {
            return;
        }
        byte[] start = new byte[held.start().length];
        request.duplicate().get(start);
        try {
            if (Arrays.equals(start, held.start())) {
                held.released().await();
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** Lets new connections through again. */
    public void mend() {
        try {
            var listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            listening.bind(UnixDomainSocketAddress.of(socket));
            server = listening;
            Thread.ofPlatform().daemon().name("engine-cord").start(() -> accept(listening));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept(ServerSocketChannel listening) {
        while (listening.isOpen()) {
            try {
                SocketChannel client = listening.accept();
                SocketChannel engine = SocketChannel.open(UnixDomainSocketAddress.of(ENGINE));
                open.add(client);
                open.add(engine);
                pump(client, engine);
                pump(engine, client);
            } catch (IOException cut) {
                return;
            }
        }
    }

    private void pump(SocketChannel from, SocketChannel to) {
        Thread.ofPlatform()
                .daemon()
                .name("engine-cord-pump")
                .start(
                        () -> {
                            try {
                                copy(from, to);
                            } catch (IOException broken) {
                                close(from);
                                close(to);
                            }
                        });
    }

    private void copy(SocketChannel from, SocketChannel to) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(32 << 10);
        while (from.read(buffer) >= 0) {
            buffer.flip();
            awaitLeave(buffer);
            while (buffer.hasRemaining()) {
                to.write(buffer);
            }
            buffer.clear();
        }
        to.shutdownOutput();
    }

    private void close(SocketChannel channel) {
        open.remove(channel);
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        cut();
    }
}
