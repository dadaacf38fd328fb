package dev.kiln.cli.bench.peers;

import dev.kiln.cli.client.CliException;
import dev.kiln.embedded.DataDirectory;
import dev.kiln.embedded.DatabaseAccess;
import dev.kiln.embedded.EmbeddedDatabase;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One Postgres for all, with the settings of one that keeps its data, and a database for each. */
final class Databases implements AutoCloseable {

    /** Those that decide what a commit costs, and what else there is to know of a Postgres. */
    private static final List<String> TOLD =
            List.of(
                    "server_version",
                    "fsync",
                    "synchronous_commit",
                    "full_page_writes",
                    "shared_buffers",
                    "max_wal_size");

    /** At 32 at once five systems keep more open than a server takes by default. */
    private static final Map<String, String> CONNECTIONS = Map.of("max_connections", "400");

    private final DataDirectory data;
    private final EmbeddedDatabase server;

    private Databases(DataDirectory data, EmbeddedDatabase server) {
        this.data = data;
        this.server = server;
    }

    /**
     * Starts it.
     *
     * @param parent of its data folder; on a disk, or else a commit costs nothing
     * @param cache where unpacked binaries are kept
     */
    static Databases start(Path parent, Path cache) throws InterruptedException {
        var data = DataDirectory.temporaryAsKept(parent);
        try {
            return new Databases(data, EmbeddedDatabase.start(data, cache, 0, CONNECTIONS));
        } catch (RuntimeException | InterruptedException e) {
            data.close();
            throw e;
        }
    }

    /** A new database in place of the one that this contender had, owned by the role that asks. */
    DatabaseAccess fresh(Contender contender) {
        String name = contender.database();
        execute(server.superuser(), "drop database if exists %s with (force)".formatted(name));
        execute(
                server.superuser(),
                "create database %s owner %s".formatted(name, server.access().username()));
        return of(contender);
    }

    /** That contender's database, as its owner. */
    DatabaseAccess of(Contender contender) {
        return server.access().database(contender.database());
    }

    /**
     * What every window begins with, so that none pays for the load of its own jobs: statistics and
     * visibility are up to date and the log has nothing to write back.
     */
    void settle(Contender contender) {
        execute(server.superuser().database(contender.database()), "vacuum analyze");
        execute(server.superuser(), "checkpoint");
    }

    /** The server's settings, by name. */
    Map<String, String> settings() {
        var settings = new LinkedHashMap<String, String>();
        for (String name : TOLD) {
            settings.put(name, ask(server.access(), "select current_setting('" + name + "')"));
        }
        return settings;
    }

    static void execute(DatabaseAccess database, String sql) {
        try (var connection = database.dataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw failed(sql, e);
        }
    }

    /** The one value that a query gives, as text. */
    static String ask(DatabaseAccess database, String query) {
        try (var connection = database.dataSource().getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            if (!row.next()) {
                throw new IllegalStateException("no row: " + query);
            }
            return row.getString(1);
        } catch (SQLException e) {
            throw failed(query, e);
        }
    }

    private static CliException failed(String sql, SQLException e) {
        return new CliException("Postgres refused '%s': %s".formatted(sql, e.getMessage()), e);
    }

    @Override
    public void close() {
        server.close();
        data.close();
    }
}
