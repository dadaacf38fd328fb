package dev.kiln.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.testing.OtherJvm;
import dev.kiln.testing.Processes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedDatabaseIT {

    private static final Path CACHE = KilnHome.of(System.getenv()).cache();

    @TempDir Path folder;

    @Test
    void a_restart_keeps_what_was_committed() throws Exception {
        try (var data = DataDirectory.kept(folder)) {
            try (var first = EmbeddedDatabase.start(data, CACHE)) {
                execute(first, "CREATE TABLE kept AS SELECT 1 AS one");
            }
            try (var second = EmbeddedDatabase.start(data, CACHE)) {
                execute(second, "SELECT one FROM kept");
            }
        }
    }

    @Test
    void data_that_is_measured_on_is_written_as_data_that_is_kept() throws Exception {
        try (var data = DataDirectory.temporaryAsKept(folder)) {
            assertThat(data.root()).hasParent(folder.toRealPath());
            try (var database = EmbeddedDatabase.start(data, CACHE);
                    var client = database.access().dataSource().getConnection();
                    var row =
                            client.createStatement()
                                    .executeQuery(
                                            "SELECT current_setting('fsync'), current_setting('synchronous_commit')")) {
                assertThat(row.next()).isTrue();
                assertThat(row.getString(1)).isEqualTo("on");
                assertThat(row.getString(2)).isEqualTo("on");
            }
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void a_stop_leaves_no_process() throws Exception {
        try (var data = DataDirectory.kept(folder)) {
            try (var database = EmbeddedDatabase.start(data, CACHE);
                    var client = database.access().dataSource().getConnection()) {
                assertThat(client.isValid(1)).isTrue();
                assertThat(Processes.naming(data.root().toString())).isNotEmpty();
            }
            assertThat(Processes.naming(data.root().toString())).isEmpty();
        }
    }

    @Test
    void a_server_that_a_dead_kiln_left_makes_way() throws Exception {
        try (var data = DataDirectory.kept(folder)) {
            var left = EmbeddedDatabase.start(data, CACHE);
            execute(left, "CREATE TABLE kept AS SELECT 1 AS one");
            try (var next = EmbeddedDatabase.start(data, CACHE)) {
                assertThat(left.isAlive()).isFalse();
                execute(next, "SELECT one FROM kept");
            }
        }
    }

    @Test
    void a_pid_file_that_names_somebody_else_is_only_a_file() throws Exception {
        try (var data = DataDirectory.kept(folder)) {
            EmbeddedDatabase.start(data, CACHE).close();
            var bystander = new ProcessBuilder("sleep", "600").start();
            try {
                Files.writeString(
                        data.postgres().resolve("postmaster.pid"), bystander.pid() + "\n");
                EmbeddedDatabase.start(data, CACHE).close();
                assertThat(bystander.isAlive()).isTrue();
            } finally {
                bystander.destroyForcibly();
            }
        }
    }

    @Test
    void a_cluster_whose_making_was_cut_off_is_made_again() throws Exception {
        try (var data = DataDirectory.kept(folder)) {
            Files.createDirectories(data.root().resolve("postgres.unfinished").resolve("base"));
            EmbeddedDatabase.start(data, CACHE).close();
        }
    }

    @Test
    void nobody_enters_without_the_password() throws Exception {
        try (var data = DataDirectory.temporary();
                var database = EmbeddedDatabase.start(data, CACHE)) {
            var known = database.superuser();
            var guess = new DatabaseAccess(known.url(), known.username(), "postgres");
            assertThatThrownBy(() -> guess.dataSource().getConnection())
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password authentication failed");
        }
    }

    @Test
    void the_servers_own_role_cannot_run_programs() throws Exception {
        try (var data = DataDirectory.temporary();
                var database = EmbeddedDatabase.start(data, CACHE)) {
            execute(database, "CREATE TABLE t (line text)");
            assertThatThrownBy(() -> execute(database, "COPY t FROM PROGRAM 'id'"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("permission denied");
        }
    }

    @Test
    void a_killed_parent_takes_its_server_along() throws Exception {
        Path root = folder.resolve("data");
        var parent = OtherJvm.start(StartsADatabase.class, root.toString(), CACHE.toString());
        parent.lineWith("ready");
        parent.kill();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(Processes.naming(root.toString())).isEmpty());
        try (var data = DataDirectory.kept(root);
                var next = EmbeddedDatabase.start(data, CACHE)) {
            execute(next, "SELECT one FROM kept");
        }
    }

    private static void execute(EmbeddedDatabase database, String sql) throws SQLException {
        try (var connection = database.access().dataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** A Kiln of which nothing but its database matters; it waits to be killed. */
    static final class StartsADatabase {
        public static void main(String... args) throws Exception {
            var database =
                    EmbeddedDatabase.start(DataDirectory.kept(Path.of(args[0])), Path.of(args[1]));
            execute(database, "CREATE TABLE kept AS SELECT 1 AS one");
            System.out.println("ready");
            new CountDownLatch(1).await();
        }
    }
}
