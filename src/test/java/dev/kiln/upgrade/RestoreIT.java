package dev.kiln.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.embedded.DatabaseAccess;
import dev.kiln.testing.DebianDatabase;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.KilnProcess;
import dev.kiln.testing.OwnServers;
import dev.kiln.testing.Topics;
import dev.kiln.testing.WorkerHome;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The database is lost and restored from a backup of a while ago; the topic has all that came by
 * it.
 */
class RestoreIT {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final String LONG = "sleep 30000\\nprint done";
    private OwnServers servers;
    private WorkerHome home;

    /** A database that can be lost. */
    private interface Fragile extends AutoCloseable {
        DatabaseAccess access();

        /** Copies all there is of it now, while it works. */
        void backUp() throws Exception;

        /** It is gone, and another one has what the copy has. */
        void loseAndRestore() throws Exception;

        @Override
        void close();
    }

    @BeforeEach
    void startServers() throws Exception {
        servers = new OwnServers();
        home = new WorkerHome();
    }

    @AfterEach
    void stopServers() {
        servers.close();
        home.close();
    }

    @Test
    void a_base_backup_goes_on_and_what_it_has_not_comes_back_by_the_topic() throws Exception {
        try (var database = new BasedOnFiles()) {
            isRestored(database);
        }
    }

    @Test
    void so_does_a_dump_restored_on_another_server() throws Exception {
        try (var database = new Dumped()) {
            isRestored(database);
        }
    }

    /** That of the servers, and a copy of its files. */
    private final class BasedOnFiles implements Fragile {
        private @Nullable BaseBackup backup;

        @Override
        public DatabaseAccess access() {
            return servers.database();
        }

        @Override
        public void backUp() throws Exception {
            backup = BaseBackup.of(servers.superuser(), servers.databaseFolder());
        }

        @Override
        public void loseAndRestore() throws Exception {
            servers.stopDatabase();
            servers.startDatabaseOn(Objects.requireNonNull(backup).data());
        }

        @Override
        public void close() {
            servers.stopDatabase();
            if (backup != null) {
                backup.close();
            }
        }
    }

    /** Debian's server and programs, with the commands of docs/OPERATIONS.md. */
    private final class Dumped implements Fragile {
        private DebianDatabase database = new DebianDatabase();
        private final String file = home.path().resolve("kiln.dump").toString();

        @Override
        public DatabaseAccess access() {
            return database.access();
        }

        @Override
        public void backUp() {
            database.client(
                    "pg_dump",
                    "--format=custom",
                    "--no-unlogged-table-data",
                    "--file=" + file,
                    "kiln");
        }

        @Override
        public void loseAndRestore() {
            database.close();
            database = new DebianDatabase();
            database.client(
                    "pg_restore", "--exit-on-error", "--single-transaction", "--dbname=kiln", file);
            database.client("vacuumdb", "--analyze-only", "kiln");
        }

        @Override
        public void close() {
            database.close();
        }
    }

    private void isRestored(Fragile database) throws Exception {
        var ended = new ArrayList<String>();
        String running;
        String queued;
        String afterByTopic;
        String afterByHttp;
        Map<String, JsonNode> as = new HashMap<>();
        try (var kiln = start(database, "before", Map.of()).awaitReady()) {
            for (int i = 0; i < 5; i++) {
                ended.add(byTopic("print done"));
                ended.add(kiln.submit("scripted", "print done"));
            }
            for (String job : ended) {
                await().atMost(SOON).until(() -> state(kiln, job), "FINISHED"::equals);
                as.put(job, kiln.job(job));
            }
            running = byTopic(LONG);
            await().atMost(SOON).until(() -> state(kiln, running), "RUNNING"::equals);
            // The one slot is taken.
            queued = byTopic("print done");
            await().atMost(SOON).until(() -> state(kiln, queued), "QUEUED"::equals);
            database.backUp();
            // Else the backup would have its end, and what follows would say nothing.
            assertThat(state(kiln, running)).isEqualTo("RUNNING");
            afterByTopic = byTopic("print done");
            afterByHttp = kiln.submit("scripted", "print done");
            await().atMost(SOON).until(() -> state(kiln, afterByTopic), "QUEUED"::equals);
            kiln.kill();
        }
        database.loseAndRestore();
        assertThat(number(database, "select count(*) from job")).isEqualTo(ended.size() + 2);
        // Replays all that the topic has, as is done after a restore.
        try (var kiln =
                start(database, "after", Map.of("MP_MESSAGING_INCOMING_JOBS_GROUP_ID", "restored"))
                        .awaitReady()) {
            for (String job : List.of(running, queued, afterByTopic)) {
                await().atMost(SOON).until(() -> state(kiln, job), "FINISHED"::equals);
            }
            // Its worker is gone: once more, and that counts.
            assertThat(kiln.job(running).path("attempt").asInt()).isEqualTo(2);
            assertThat(kiln.job(queued).path("attempt").asInt()).isEqualTo(1);
            assertThat(kiln.get("/v1/jobs/" + afterByHttp).statusCode()).isEqualTo(404);
            assertThat(number(database, "select count(*) from job")).isEqualTo(ended.size() + 3);
            // What had ended has its result of then, and none of it was claimed again.
            ended.forEach(job -> assertThat(kiln.job(job)).isEqualTo(as.get(job)));
            String once = "select count(*) from job where state = 'FINISHED' and epoch = 1";
            assertThat(number(database, once)).isEqualTo(ended.size() + 2);
            String results = "select count(*) from execution_result";
            assertThat(number(database, results)).isEqualTo(ended.size() + 3);
            kiln.terminate();
        }
    }

    private String byTopic(String code) {
        String id = Jobs.id().toString();
        try (var topics = new Topics(servers.bootstrapServers())) {
            topics.submit(id, "{\"language\":\"scripted\",\"code\":\"%s\"}".formatted(code));
        }
        return id;
    }

    private static String state(KilnProcess kiln, String job) {
        return kiln.job(job).path("state").asText();
    }

    private KilnProcess start(Fragile database, String name, Map<String, String> more) {
        return KilnProcess.start(
                home.path().resolve(name),
                servers.environmentWith(database.access()),
                Map.of(
                        "KILN_HOME", home.path().toString(),
                        "KILN_WORKER_SLOTS", "1",
                        "KILN_CLAIM_LEASE", "6s",
                        "KILN_CLAIM_HEARTBEAT", "1s",
                        "KILN_SANDBOX_SCRIPTED", "true",
                        "KILN_SANDBOX_SCRIPTED_ALONE", "true"),
                more);
    }

    private static long number(Fragile database, String query) throws SQLException {
        try (var connection = database.access().dataSource().getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }
}
