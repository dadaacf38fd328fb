package dev.kiln.sandbox.docker;

import dev.kiln.sandbox.SandboxFault;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the engine of this host listens.
 *
 * @param socket path of its unix socket
 */
record EngineAddress(Path socket) {
    private static final String UNIX = "unix://";
    private static final String DEFAULT = UNIX + "/var/run/docker.sock";

    /**
     * The configured address, else {@code DOCKER_HOST} when that is a unix socket, else the usual
     * one.
     *
     * @throws IllegalArgumentException when the configured address is not a unix socket: an engine
     *     on another host could not mount this host's files
     */
    static EngineAddress of(Optional<String> configured, @Nullable String dockerHost) {
        if (configured.isPresent() && !configured.get().startsWith(UNIX)) {
            throw new IllegalArgumentException(
                    "kiln.sandbox.engine must be a unix:// address of an engine on this host: "
                            + configured.get());
        }
        String fallback = dockerHost != null && dockerHost.startsWith(UNIX) ? dockerHost : DEFAULT;
        return new EngineAddress(Path.of(configured.orElse(fallback).substring(UNIX.length())));
    }

    String uri() {
        return UNIX + socket;
    }

    /** A new connection, blocking. */
    SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }

    /** Says in one sentence why a call came to nothing and what to do about it. */
    SandboxFault failed(String what, Throwable cause) {
        return new SandboxFault(
                SandboxFault.Scope.HOST, answers() ? broken(what, cause) : diagnosis(), cause);
    }

    private static String broken(String what, Throwable cause) {
        return "The Docker Engine broke off when asked to %s (%s); look at its log (journalctl -u docker)."
                .formatted(what, cause.getMessage());
    }

    private boolean answers() {
        try (var connection = connect()) {
            return connection.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    private String diagnosis() {
        // Not isWritable alone: a missing socket is not writable either.
        if (Files.exists(socket) && !Files.isWritable(socket)) {
            return "No permission on the Docker socket %s: run Kiln as root or as a member of the group docker (usermod -aG docker %s, then log in again)."
                    .formatted(socket, System.getProperty("user.name"));
        }
        if (!Files.exists(socket) && !engineInstalled()) {
            return "Docker Engine is not installed (no %s, no dockerd): install it (Debian: apt-get install docker.io) or run ./kiln, which does."
                    .formatted(socket);
        }
        return "Docker Engine is not running (nothing answers on %s): start it (systemctl start docker, or dockerd) or run ./kiln, which does."
                .formatted(socket);
    }

    private static boolean engineInstalled() {
        return Stream.of("/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/snap/bin")
                .anyMatch(dir -> Files.isExecutable(Path.of(dir, "dockerd")));
    }
}
