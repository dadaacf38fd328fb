package dev.kiln.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.embedded.DataDirectory;
import dev.kiln.embedded.DatabaseAccess;
import dev.kiln.embedded.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A server of the host's own PostgreSQL, which is Debian's and so older than the one that Kiln
 * brings, with the programs that come with it: {@code pg_dump} and the like.
 */
public final class DebianDatabase implements AutoCloseable {
    private static final Path RELEASES = Path.of("/usr/lib/postgresql");
    private static final String PASSWORD = "of-a-test";

    private final DataDirectory folder = DataDirectory.temporary();
    private final Path data = folder.root().resolve("data");
    private final Path programs;
    private final int port = FreePort.pick();

    /** An empty one with a role and a database named {@code kiln}. */
    public DebianDatabase() {
        programs = programs();
        try {
            Path password = Files.writeString(folder.root().resolve("password"), PASSWORD);
            run(
                    asNobody(
                            "initdb",
                            "--pgdata=" + data,
                            "--username=postgres",
                            "--pwfile=" + password,
                            "--auth=scram-sha-256",
                            "--encoding=UTF8",
                            "--locale=C",
                            "--no-sync"));
            run(
                    asNobody(
                            "pg_ctl",
                            "--pgdata=" + data,
                            "--log=" + folder.log("postgres"),
                            "--options=-p "
                                    + port
                                    + " -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off",
                            "--wait",
                            "start"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        client(
                "psql",
                "--dbname=postgres",
                "--command=create role kiln login password '" + PASSWORD + "'");
        client("createdb", "--owner=kiln", "kiln");
    }

    private static Path programs() {
        try (var releases = Files.list(RELEASES)) {
            return releases.map(release -> release.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                    .max(Comparator.comparing(Path::toString))
                    .orElseThrow();
        } catch (IOException absent) {
            throw new AssertionError(
                    "There is no PostgreSQL in /usr/lib/postgresql: deploy/host/setup postgresql provides it",
                    absent);
        }
    }

    /** Runs one of its client programs as the superuser; fails with what it said. */
    public void client(String program, String... arguments) {
        var command = new ArrayList<>(List.of(programs.resolve(program).toString()));
        command.addAll(List.of(arguments));
        run(command);
    }

    /** The server refuses to be root; in a user namespace that maps nobody, root is not. */
    private List<String> asNobody(String program, String... arguments) {
        var command = new ArrayList<String>();
        if ("root".equals(System.getProperty("user.name"))) {
            command.addAll(List.of("unshare", "-U"));
        }
        command.add(programs.resolve(program).toString());
        command.addAll(List.of(arguments));
        return command;
    }

    private void run(List<String> command) {
        try {
            Path said = Files.createTempFile(folder.root(), "said-", ".log");
            var builder =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(said.toFile());
            builder.environment().put("PGHOST", "127.0.0.1");
            builder.environment().put("PGPORT", String.valueOf(port));
            builder.environment().put("PGUSER", "postgres");
            builder.environment().put("PGPASSWORD", PASSWORD);
            int code = builder.start().waitFor();
            assertThat(code).as("%s%n%s", command, Files.readString(said)).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The database as Kiln's own role sees it. */
    public DatabaseAccess access() {
        return new DatabaseAccess(
                "jdbc:postgresql://127.0.0.1:%d/kiln".formatted(port), "kiln", PASSWORD);
    }

    @Override
    public void close() {
        try (folder) {
            run(asNobody("pg_ctl", "--pgdata=" + data, "--mode=immediate", "--wait", "stop"));
        }
    }
}
