package dev.kiln.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A PostgreSQL server of this process: a real one, as a child process on a free port of 127.0.0.1,
 * with a role and a database named {@code kiln}.
 */
public final class EmbeddedDatabase implements AutoCloseable {

    private static final String NAME = "kiln";
    private static final int TRIES = 3;
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final int POLL_MS = 20;

    private final Process process;
    private final DatabaseAccess superuser;

    private EmbeddedDatabase(Process process, DatabaseAccess superuser) {
        this.process = process;
        this.superuser = superuser;
    }

    /**
     * Unpacks, makes and starts what is needed, and stops a server that a dead Kiln left on this
     * data.
     *
     * @param cache where the unpacked binaries are kept for the next time
     * @throws ServerStartException when it cannot be started
     */
    public static EmbeddedDatabase start(DataDirectory data, Path cache)
            throws InterruptedException {
        return start(data, cache, 0);
    }

    /**
     * As {@link #start(DataDirectory, Path)}, on this port, for clients that know it from before; 0
     * for any free one.
     */
    public static EmbeddedDatabase start(DataDirectory data, Path cache, int port)
            throws InterruptedException {
        return start(data, cache, port, Map.of());
    }

    /**
     * As {@link #start(DataDirectory, Path, int)}, with settings of one's own for the server.
     *
     * @param settings by name, such as {@code max_connections}
     */
    public static EmbeddedDatabase start(
            DataDirectory data, Path cache, int port, Map<String, String> settings)
            throws InterruptedException {
        var log = data.log("postgres");
        try {
            var cluster =
                    new PostgresCluster(
                            data.postgres(),
                            log,
                            data.isDurable(),
                            settings,
                            PostgresBinaries.unpackedIn(cache));
            String password = cluster.prepare();
            Postmaster.clear(cluster.folder());
            var database = start(cluster, password, port);
            database.createOwnDatabase();
            return database;
        } catch (IOException | UncheckedIOException | SQLException e) {
            throw new ServerStartException(
                    "the embedded PostgreSQL could not be started in %s: %s (its log: %s)"
                            .formatted(data.postgres(), e.getMessage(), log),
                    e);
        }
    }

    /**
     * Again with another port when it ends at once: the port may have been taken since it was seen
     * to be free.
     */
    private static EmbeddedDatabase start(PostgresCluster cluster, String password, int wanted)
            throws IOException, InterruptedException {
        for (int left = TRIES; left > 0; left--) {
            int port = wanted == 0 ? FreePort.pick() : wanted;
            var access =
                    new DatabaseAccess(
                            "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(port),
                            PostgresCluster.SUPERUSER,
                            password);
            var process = cluster.start(port);
            if (becomesReady(process, access)) {
                return new EmbeddedDatabase(process, access);
            }
        }
        throw new IOException("it ended while starting: " + lastLine(cluster.log()));
    }

    private static boolean becomesReady(Process process, DatabaseAccess access)
            throws IOException, InterruptedException {
        var giveUp = Instant.now().plus(START_LIMIT);
        while (!process.waitFor(POLL_MS, TimeUnit.MILLISECONDS)) {
            try (var connection = access.dataSource().getConnection()) {
                return connection.isValid(0);
            } catch (SQLException notYet) {
                if (Instant.now().isAfter(giveUp)) {
                    new Postmaster(process.toHandle()).stop();
                    throw new IOException(
                            "not ready after %s: %s".formatted(START_LIMIT, notYet.getMessage()));
                }
            }
        }
        return false;
    }

    private static String lastLine(Path log) throws IOException {
        var lines = Files.readAllLines(log);
        return lines.isEmpty() ? "it said nothing" : lines.getLast();
    }

    /**
     * The server's own role owns nothing but its database: it cannot run programs or read files, as
     * a superuser can.
     */
    private void createOwnDatabase() throws SQLException {
        try (var connection = superuser.dataSource().getConnection();
                var statement = connection.createStatement()) {
            try (var found =
                    statement.executeQuery(
                            "SELECT 1 FROM pg_database WHERE datname = '" + NAME + "'")) {
                if (found.next()) {
                    return;
                }
            }
            statement.execute(
                    "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '%1$s') THEN CREATE ROLE %1$s LOGIN PASSWORD '%2$s'; END IF; END $$"
                            .formatted(NAME, superuser.password()));
            statement.execute("CREATE DATABASE %1$s OWNER %1$s".formatted(NAME));
        }
    }

    /** Kiln's own database, with a role that may do anything in it and nothing outside. */
    public DatabaseAccess access() {
        return new DatabaseAccess(superuser.url(), NAME, superuser.password()).database(NAME);
    }

    /** The superuser, for whoever needs further databases. */
    public DatabaseAccess superuser() {
        return superuser;
    }

    /** Whether the server process is there. */
    boolean isAlive() {
        return process.isAlive();
    }

    /** Stops the server cleanly; no process of it is left. */
    @Override
    public void close() {
        new Postmaster(process.toHandle()).stop();
    }
}
