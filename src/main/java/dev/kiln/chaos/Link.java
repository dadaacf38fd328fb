package dev.kiln.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A relay to a server that can be cut, held and slowed down: to whoever goes through it the server
 * is gone, hangs or is far away, to everybody else it is not. Safe for use by many threads.
 */
public final class Link implements AutoCloseable {
    private static final int CHUNK = 32 << 10;

    /** Sees what passes in one direction of one connection. */
    public interface Tap {
        /** Lets everything pass. */
        Tap NONE = _ -> true;

        /**
         * Returns when the chunk may go on; false breaks the connection off in its place.
         *
         * @param chunk a read-only view, to be read or not
         */
        boolean passes(ByteBuffer chunk) throws IOException;
    }

    private final SocketAddress target;
    private final Supplier<Tap> toServer;
    private final Supplier<Tap> toClient;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private SocketAddress address;
    private ServerSocketChannel server;
    private volatile boolean cut;
    private volatile boolean closed;
    private volatile Duration delay = Duration.ZERO;
    private volatile @Nullable CountDownLatch held;

    /**
     * Leads to the target from now on.
     *
     * @param address where it listens: a path, or a port of the loopback address, 0 for any
     * @param toServer makes a tap for each new connection
     * @param toClient likewise
     */
    public Link(
            SocketAddress address,
            SocketAddress target,
            Supplier<Tap> toServer,
            Supplier<Tap> toClient) {
        this.target = target;
        this.toServer = toServer;
        this.toClient = toClient;
        this.address = address;
        this.server = listen();
    }

    private ServerSocketChannel listen() {
        try {
            var listening = channel();
            listening.bind(address);
            address = listening.getLocalAddress();
            Thread.ofPlatform().daemon().name("link").start(() -> accept(listening));
            return listening;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on " + address, e);
        }
    }

    private ServerSocketChannel channel() throws IOException {
        return address instanceof UnixDomainSocketAddress
                ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                : ServerSocketChannel.open();
    }

    /** The port that clients connect to; only of a link on the loopback address. */
    public int port() {
        return ((InetSocketAddress) address).getPort();
    }

    /**
     * Breaks all connections and takes no new ones. A path is gone until {@link #mend}; a port
     * stays ours, since somebody else could take it.
     */
    public synchronized void cut() {
        cut = true;
        if (address instanceof UnixDomainSocketAddress socket) {
            unlink(socket);
        }
        breakConnections();
    }

    private void unlink(UnixDomainSocketAddress socket) {
        try {
            server.close();
            Files.deleteIfExists(socket.getPath());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Breaks all connections; new ones get through. */
    public void breakConnections() {
        open.forEach(this::close);
    }

    /** Lets connections through again after {@link #cut}. */
    public synchronized void mend() {
        if (cut && !closed) {
            cut = false;
            if (!server.isOpen()) {
                server = listen();
            }
        }
    }

    /** Lets nothing pass, in either direction, until {@link #release}; breaks nothing. */
    public synchronized void hold() {
        if (held == null) {
            held = new CountDownLatch(1);
        }
    }

    /** Lets go what was held. */
    public synchronized void release() {
        CountDownLatch gate = held;
        if (gate != null) {
            held = null;
            gate.countDown();
        }
    }

    /** Keeps each chunk for so long before it goes on. */
    public void delay(Duration span) {
        delay = span;
    }

    private void accept(ServerSocketChannel listening) {
        while (listening.isOpen()) {
            try {
                SocketChannel client = listening.accept();
                open.add(client);
                if (cut) {
                    close(client);
                } else {
                    connect(client);
                }
            } catch (IOException cutOff) {
                return;
            }
        }
    }

    private void connect(SocketChannel client) {
        try {
            SocketChannel behind = SocketChannel.open(target);
            open.add(behind);
            pump(client, behind, toServer.get());
            pump(behind, client, toClient.get());
        } catch (IOException serverAway) {
            close(client);
        }
    }

    private void pump(SocketChannel from, SocketChannel to, Tap tap) {
        Thread.ofPlatform()
                .daemon()
                .name("link-pump")
                .start(
                        () -> {
                            try {
                                copy(from, to, tap);
                            } catch (IOException | InterruptedException broken) {
                                close(from);
                                close(to);
                            }
                        });
    }

    private void copy(SocketChannel from, SocketChannel to, Tap tap)
            throws IOException, InterruptedException {
        ByteBuffer buffer = ByteBuffer.allocate(CHUNK);
        while (from.read(buffer) >= 0) {
            buffer.flip();
            Thread.sleep(delay);
            CountDownLatch gate = held;
            if (gate != null) {
                gate.await();
            }
            if (!tap.passes(buffer.asReadOnlyBuffer())) {
                throw new IOException("broken off");
            }
            while (buffer.hasRemaining()) {
                to.write(buffer);
            }
            buffer.clear();
        }
        // One side is done; the other one may still have something to say.
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
        closed = true;
        release();
        cut();
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
