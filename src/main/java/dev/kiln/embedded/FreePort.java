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
import java.util.random.RandomGenerator;

/**
 * Ports of this machine that nothing listens on, and that no outgoing connection takes before their
 * caller binds them, as far as that can be avoided.
 *
 * <p>An outgoing connection gets its port from the kernel's ephemeral range, and keeps it from
 * others for a minute after it has closed (TIME_WAIT). So a port outside that range is chosen. On a
 * host whose range leaves no room ("1024 65535" is a usual tuning) it is one of the other parity
 * than the range's first: since Linux 4.2 {@code connect()} takes those of the first's parity, and
 * the others only when none is left (net/ipv4/inet_hashtables.c, {@code __inet_hash_connect}).
 */
public final class FreePort {
    private static final int LOWEST = 10_000;
    private static final int HIGHEST = 65_535;
    private static final int ROOM = 1_000;
    private static final int TRIES = 1_000;

    /** Of this process: those who were given one may not have bound it yet. */
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private FreePort() {}

    /**
     * The ports that the kernel chooses for outgoing connections, both ends included.
     *
     * @param low the first, 1 to 65535
     * @param high the last, not below {@code low}
     */
    record Ephemeral(int low, int high) {
        private static final Path SETTING = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

        /** What Linux comes with, for a host that does not say. */
        static final Ephemeral USUAL = new Ephemeral(32_768, 60_999);

        Ephemeral {
            if (low < 1 || high < low || high > HIGHEST) {
                throw new IllegalArgumentException("no range of ports: " + low + " to " + high);
            }
        }

        /** Of this host. */
        static Ephemeral ofThisHost() {
            try {
                return parse(Files.readString(SETTING));
            } catch (IOException | IllegalArgumentException unknown) {
                return USUAL;
            }
        }

        /**
         * Reads two numbers with white space between them.
         *
         * @throws IllegalArgumentException when they are no range
         */
        static Ephemeral parse(String setting) {
            String[] ends = setting.strip().split("\\s+");
            if (ends.length != 2) {
                throw new IllegalArgumentException("no range of ports: " + setting);
            }
            return new Ephemeral(Integer.parseInt(ends[0]), Integer.parseInt(ends[1]));
        }

        /** A port of those that outgoing connections take last or never; at random. */
        int besides(RandomGenerator random) {
            if (low - LOWEST >= ROOM) {
                return random.nextInt(LOWEST, low);
            }
            if (HIGHEST - high >= ROOM) {
                return random.nextInt(high + 1, HIGHEST + 1);
            }
            int port = random.nextInt(LOWEST, HIGHEST);
            return port % 2 == low % 2 ? port + 1 : port;
        }
    }

    /**
     * A port that was free on the loopback address a moment ago and that this process was not given
     * before. Another process may still bind it before the caller does.
     *
     * @throws IllegalStateException when no port is free
     */
    public static int pick() {
        var ephemeral = Ephemeral.ofThisHost();
        for (int i = 0; i < TRIES; i++) {
            int port = ephemeral.besides(ThreadLocalRandom.current());
            if (!GIVEN.contains(port) && isFree(port) && GIVEN.add(port)) {
                return port;
            }
        }
        throw new IllegalStateException(
                "no free port beside %s on the loopback address".formatted(ephemeral));
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
