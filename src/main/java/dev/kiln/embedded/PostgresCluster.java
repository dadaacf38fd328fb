package dev.kiln.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * A PostgreSQL cluster on disk and the command lines that work on it. Every connection needs the
 * password, which is made with the cluster and kept beside it: PostgreSQL's superuser can run
 * programs, so trusting everybody on the machine would lend every local account the rights of
 * Kiln's own.
 *
 * @param durable whether what is committed is on the disk
 * @param more settings of the server, in place of its own ones
 */
record PostgresCluster(
        Path folder,
        Path log,
        boolean durable,
        Map<String, String> more,
        PostgresBinaries binaries) {

    static final String SUPERUSER = "postgres";

    /** Makes the cluster where it is new, and reads its password. */
    String prepare() throws IOException, InterruptedException {
        Path passwordFile = folder.resolveSibling("postgres.password");
        if (!Files.isDirectory(folder)) {
            Files.deleteIfExists(passwordFile);
            Files.createFile(
                    passwordFile,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Files.writeString(passwordFile, newPassword());
            initialise(passwordFile);
        }
        return Files.readString(passwordFile).strip();
    }

    /**
     * Under another name first, so that a cluster that was cut off half-way is never taken for a
     * whole one.
     */
    private void initialise(Path passwordFile) throws IOException, InterruptedException {
        Path unfinished = folder.resolveSibling("postgres.unfinished");
        FileTree.delete(unfinished);
        var command = new ArrayList<>(ordinaryUser());
        command.addAll(
                List.of(
                        binaries.program("initdb"),
                        "--pgdata=" + unfinished,
                        "--username=" + SUPERUSER,
                        "--pwfile=" + passwordFile,
                        "--auth=scram-sha-256",
                        "--encoding=UTF8",
                        "--locale=C",
                        "--locale-provider=builtin",
                        "--builtin-locale=C.UTF-8",
                        "--no-instructions"));
        if (!durable) {
            command.add("--no-sync");
        }
        var process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        if (process.waitFor() != 0) {
            throw new IOException("initdb failed, see " + log);
        }
        Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String newPassword() {
        byte[] random = new byte[24];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /** Starts the server on this port of 127.0.0.1. */
    Process start(int port) throws IOException {
        var command =
                new ArrayList<>(List.of(binaries.program("postgres"), "-D", folder.toString()));
        settings(port).forEach(setting -> command.addAll(List.of("-c", setting)));
        var builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        // SIGINT is PostgreSQL's fast shutdown; it keeps what was committed and does not wait for
        // clients.
        return Leash.start(builder, "INT", ordinaryUser());
    }

    /**
     * PostgreSQL refuses to run as root; in a user namespace that maps nobody, root is not root any
     * more.
     */
    private static List<String> ordinaryUser() throws IOException {
        if (!"root".equals(System.getProperty("user.name"))) {
            return List.of();
        }
        if (Leash.works("unshare", "-U", "true")) {
            return List.of("unshare", "-U");
        }
        throw new ServerStartException(
                "PostgreSQL refuses to run as root and this machine allows no user namespace (`unshare -U` failed): start Kiln as an ordinary user, or set QUARKUS_DATASOURCE_JDBC_URL to a server");
    }

    private List<String> settings(int port) {
        var settings =
                new ArrayList<>(
                        List.of(
                                "listen_addresses=127.0.0.1",
                                "port=" + port,
                                "unix_socket_directories=",
                                "max_connections=100",
                                "shared_buffers=64MB",
                                "max_wal_size=512MB",
                                "jit=off",
                                "timezone=UTC",
                                "log_timezone=UTC",
                                "log_min_messages=warning"));
        if (!durable) {
            settings.addAll(List.of("fsync=off", "full_page_writes=off", "synchronous_commit=off"));
        }
        // Last: of two the server takes the later one.
        more.forEach((name, value) -> settings.add(name + "=" + value));
        return settings;
    }
}
