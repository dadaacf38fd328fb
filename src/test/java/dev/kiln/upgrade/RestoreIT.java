package dev.kiln.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The database is lost and restored from a backup of a while ago; the topic has all that came by
 * it.
 */
class RestoreIT {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final String LONG = "sleep 30000\\nprint done";
    private static OwnServers servers;
    private static WorkerHome home;

    @BeforeAll
    static void startServers() throws Exception {
        servers = new OwnServers();
        home = new WorkerHome();
    }

    @AfterAll
    static void stopServers() {
        servers.close();
        home.close();
    }

    @Test
    void what_the_backup_has_goes_on_and_what_it_has_not_comes_back_by_the_topic()
            throws Exception {
        var ended = new ArrayList<String>();
        String running;
        String queued;
        String afterByTopic;
        String afterByHttp;
        Map<String, JsonNode> as = new HashMap<>();
        BaseBackup backup;
        try (var kiln = start("before", Map.of()).awaitReady()) {
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
            backup = BaseBackup.of(servers.superuser(), servers.databaseFolder());
            // Else the backup would have its end, and what follows would say nothing.
            assertThat(state(kiln, running)).isEqualTo("RUNNING");
            afterByTopic = byTopic("print done");
            afterByHttp = kiln.submit("scripted", "print done");
            await().atMost(SOON).until(() -> state(kiln, afterByTopic), "QUEUED"::equals);
            kiln.kill();
        }
        servers.stopDatabase();
        try (backup) {
            servers.startDatabaseOn(backup.data());
            assertThat(number("select count(*) from job")).isEqualTo(ended.size() + 2);
            // Replays all that the topic has, as is done after a restore.
            try (var kiln =
                    start("after", Map.of("MP_MESSAGING_INCOMING_JOBS_GROUP_ID", "restored"))
                            .awaitReady()) {
                for (String job : List.of(running, queued, afterByTopic)) {
                    await().atMost(SOON).until(() -> state(kiln, job), "FINISHED"::equals);
                }
                // Its worker is gone: once more, and that counts.
                assertThat(kiln.job(running).path("attempt").asInt()).isEqualTo(2);
                assertThat(kiln.job(queued).path("attempt").asInt()).isEqualTo(1);
                assertThat(kiln.get("/v1/jobs/" + afterByHttp).statusCode()).isEqualTo(404);
                assertThat(number("select count(*) from job")).isEqualTo(ended.size() + 3);
                // What had ended has its result of then, and none of it was claimed again.
                ended.forEach(job -> assertThat(kiln.job(job)).isEqualTo(as.get(job)));
                assertThat(
                                number(
                                        "select count(*) from job where state = 'FINISHED' and epoch = 1"))
                        .isEqualTo(ended.size() + 2);
                kiln.terminate();
            }
            servers.stopDatabase();
        }
    }

    private static String byTopic(String code) {
        String id = Jobs.id().toString();
        try (var topics = new Topics(servers.bootstrapServers())) {
            topics.submit(id, "{\"language\":\"scripted\",\"code\":\"%s\"}".formatted(code));
        }
        return id;
    }

    private static String state(KilnProcess kiln, String job) {
        return kiln.job(job).path("state").asText();
    }

    private static KilnProcess start(String name, Map<String, String> more) {
        return KilnProcess.start(
                home.path().resolve(name),
                servers.environment(),
                Map.of(
                        "KILN_HOME", home.path().toString(),
                        "KILN_WORKER_SLOTS", "1",
                        "KILN_CLAIM_LEASE", "6s",
                        "KILN_CLAIM_HEARTBEAT", "1s",
                        "KILN_SANDBOX_SCRIPTED", "true",
                        "KILN_SANDBOX_SCRIPTED_ALONE", "true"),
                more);
    }

    private static long number(String query) throws SQLException {
        try (var connection = servers.database().dataSource().getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }
}
