package dev.kiln.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** Ports of this machine that nothing listens on. */
public final class FreePort {
    private static final int LOWEST = 10_000;
    private static final int HIGHEST = 65_536;
    private static final int TRIES = 1_000;
    private static final Path EPHEMERAL = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

    /** Of this process: those who were given one may not have bound it yet. */
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private FreePort() {}

    /**
     * A port that was free on the loopback address a moment ago and that this process was not given
     * before. It lies below those that the kernel takes for outgoing connections, any of which
     * might have it by the time the caller binds it. Another process may still do that.
     *
     * @throws IllegalStateException when no port is free
     */
    public static int pick() {
        int end = lowestEphemeral();
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, end);
            if (!GIVEN.contains(port) && isFree(port) && GIVEN.add(port)) {
                return port;
            }
        }
        throw new IllegalStateException(
                "no free port from %d to %d on the loopback address".formatted(LOWEST, end - 1));
    }

    /** Where the kernel's own choice begins; beyond all ports where that cannot be avoided. */
    static int lowestEphemeral() {
        try {
            int lowest = Integer.parseInt(Files.readString(EPHEMERAL).strip().split("\\s+", 2)[0]);
            return lowest > LOWEST + TRIES ? lowest : HIGHEST;
        } catch (IOException | NumberFormatException unknown) {
            return HIGHEST;
        }
    }

    /** Whether this port of the loopback address can be bound now. */
    public static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
