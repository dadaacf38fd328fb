package dev.kiln.upgrade;

import dev.kiln.embedded.DataDirectory;
import dev.kiln.embedded.DatabaseAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;

/**
 * A copy of a PostgreSQL server's files that was made while it worked, as the low-level backup
 * interface allows (PostgreSQL documentation, 25.3.4): with the part of its log that makes it
 * whole.
 */
final class BaseBackup implements AutoCloseable {
    private final DataDirectory copy = DataDirectory.temporary();

    private BaseBackup() {}

    /**
     * Makes one.
     *
     * @param superuser of the server
     * @param data the folder that has its {@code postgres}
     */
    static BaseBackup of(DatabaseAccess superuser, Path data)
            throws SQLException, IOException, InterruptedException {
        var backup = new BaseBackup();
        try (var connection = superuser.dataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("select pg_backup_start('kiln', true)");
            backup.take(data.resolve("postgres"));
            backup.take(data.resolve("postgres.password"));
            try (var row = statement.executeQuery("select labelfile from pg_backup_stop(false)")) {
                row.next();
                backup.complete(data, row.getString(1));
            }
        }
        return backup;
    }

    private void complete(Path data, String label) throws IOException, InterruptedException {
        Path postgres = copy.root().resolve("postgres");
        // The log until the backup's end, which an archive would have.
        run("cp", "-a", data.resolve("postgres/pg_wal").toString(), postgres.toString());
        Files.writeString(postgres.resolve("backup_label"), label);
        Files.deleteIfExists(postgres.resolve("postmaster.pid"));
        Files.deleteIfExists(postgres.resolve("postmaster.opts"));
    }

    private void take(Path file) throws IOException, InterruptedException {
        run("cp", "-a", file.toString(), copy.root().toString());
    }

    private static void run(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).inheritIO().start();
        // 1: a file that the server removed meanwhile, which its log accounts for.
        if (process.waitFor() > 1) {
            throw new IOException("%s ended with %d".formatted(command[0], process.exitValue()));
        }
    }

    /** For a server to be started on it. */
    DataDirectory data() {
        return copy;
    }

    @Override
    public void close() {
        copy.close();
    }
}
