package dev.kiln.doctor;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;

/**
 * Listens on every address of this host, for a program that must not come. Connections wait in the
 * kernel until they are asked about, so that no thread is needed.
 */
final class Bait implements Closeable {
    private final ServerSocketChannel tcp;
    private final DatagramChannel udp;

    private Bait(ServerSocketChannel tcp, DatagramChannel udp) {
        this.tcp = tcp;
        this.udp = udp;
    }

    static Bait open() {
        try {
            var tcp = ServerSocketChannel.open();
            tcp.bind(new InetSocketAddress(0)).configureBlocking(false);
            var udp = DatagramChannel.open();
            udp.bind(new InetSocketAddress(0)).configureBlocking(false);
            return new Bait(tcp, udp);
        } catch (IOException noSocket) {
            throw new UncheckedIOException(noSocket);
        }
    }

    int tcpPort() {
        return tcp.socket().getLocalPort();
    }

    int udpPort() {
        return udp.socket().getLocalPort();
    }

    /** Whether anybody came; nobody else knows these ports. */
    Outcome taken() {
        try (var visitor = tcp.accept()) {
            var sender = udp.receive(ByteBuffer.allocate(1));
            return Checks.outcome(
                    visitor == null && sender == null,
                    visitor == null && sender == null ? "no visit here" : "a visit here",
                    "listened at TCP %d and UDP %d".formatted(tcpPort(), udpPort()));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    @Override
    public void close() {
        close(tcp);
        close(udp);
    }

    private static void close(SelectableChannel channel) {
        try {
            channel.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
