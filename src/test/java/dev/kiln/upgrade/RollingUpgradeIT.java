package dev.kiln.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.KilnProcess;
import dev.kiln.testing.OwnServers;
import dev.kiln.testing.Topics;
import dev.kiln.testing.WorkerHome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A site is upgraded process by process, and back: processes of two releases work on one database
 * whose schema is the newer one's, and no job notices.
 *
 * <p>With {@code -Dkiln.previous.build=DIR} the older release is the one that was built there, and
 * the newer one is this build, which migrates by itself. Without, both are this build, and a
 * migration of tests ({@code upgrade/V9999__next.sql}) stands for a next release's.
 */
class RollingUpgradeIT {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final int EACH = 12;

    private static final Optional<Path> PREVIOUS =
            Optional.ofNullable(System.getProperty("kiln.previous.build")).map(Path::of);

    private static OwnServers servers;
    private static WorkerHome home;

    private final List<String> jobs = new ArrayList<>();

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
    void processes_of_two_releases_share_the_newer_schema_and_no_job_notices() throws Exception {
        int before;
        try (var old = older("old").awaitReady()) {
            submit(old);
            before = version();
            try (var next = newer().awaitReady()) {
                assertThat(version()).isGreaterThan(before);
                submit(old);
                submit(next);
                awaitEnds(next);
                assertThat(workers(next)).as("both releases ran jobs").hasSizeGreaterThan(1);
                old.terminate();
                startsAgainOnTheNewerSchema();
                submit(next);
                awaitEnds(next);
                assertNothingIsLostAndNothingHappenedTwice(next);
            }
            assertQuiet("old", "again", "next");
        }
    }

    /** As when the upgrade is taken back, or a machine comes back that had been forgotten. */
    private void startsAgainOnTheNewerSchema() throws Exception {
        try (var old = older("again").awaitReady()) {
            submit(old);
            awaitEnds(old);
            old.terminate();
        }
    }

    private static KilnProcess older(String name) {
        return PREVIOUS.map(
                        build ->
                                KilnProcess.startFrom(
                                        build,
                                        home.path().resolve(name),
                                        servers.environment(),
                                        settings(),
                                        // Its own default since the release after V21 alone.
                                        Map.of(
                                                "QUARKUS_FLYWAY_IGNORE_MIGRATION_PATTERNS",
                                                "*:future")))
                .orElseGet(
                        () ->
                                KilnProcess.start(
                                        home.path().resolve(name),
                                        servers.environment(),
                                        settings()));
    }

    private static KilnProcess newer() {
        if (PREVIOUS.isEmpty()) {
            var database = servers.database();
            Flyway.configure()
                    .dataSource(database.url(), database.username(), database.password())
                    .locations("classpath:db/migration", "classpath:upgrade")
                    .load()
                    .migrate();
        }
        return KilnProcess.start(home.path().resolve("next"), servers.environment(), settings());
    }

    private static Map<String, String> settings() {
        return Map.of(
                "KILN_HOME", home.path().toString(),
                "KILN_WORKER_SLOTS", "3",
                "KILN_SANDBOX_SCRIPTED", "true",
                // An older release does not know it, and finds the engine.
                "KILN_SANDBOX_SCRIPTED_ALONE", "true");
    }

    /** By both doors, with faults among them: so that results, retries and history are written. */
    private void submit(KilnProcess kiln) {
        try (var topics = new Topics(servers.bootstrapServers())) {
            for (int i = 0; i < EACH; i++) {
                String code =
                        i % 4 == 3
                                ? "fault-first 1 host away\\nprint done"
                                : "sleep 200\\nprint done";
                String document =
                        "{\"language\":\"scripted\",\"code\":\"%s\",\"batch\":\"upgrade\"}"
                                .formatted(code);
                if (i % 2 == 0) {
                    String id = Jobs.id().toString();
                    topics.submit(id, document);
                    jobs.add(id);
                } else {
                    var answer = kiln.post("/v1/jobs", document);
                    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
                    jobs.add(
                            answer.body().replaceAll("(?s).*?\"id\"\\s*:\\s*\"([^\"]+)\".*", "$1"));
                }
            }
        }
    }

    private void awaitEnds(KilnProcess kiln) {
        for (String job : jobs) {
            await().atMost(SOON)
                    .until(() -> kiln.job(job).path("state").asText(), "FINISHED"::equals);
        }
    }

    private Set<String> workers(KilnProcess kiln) {
        Set<String> workers = new HashSet<>();
        jobs.forEach(job -> workers.add(kiln.job(job).path("worker").asText()));
        return workers;
    }

    private void assertNothingIsLostAndNothingHappenedTwice(KilnProcess kiln) throws Exception {
        for (String job : jobs) {
            JsonNode end = kiln.job(job);
            assertThat(end.at("/result/stdout").asText()).as(end.toString()).isEqualTo("done\n");
            assertThat(end.at("/attempt").asInt()).as("attempts of %s", job).isEqualTo(1);
        }
        assertThat(number("select count(*) from job")).isEqualTo(jobs.size());
        assertThat(number("select count(*) from execution_result")).isEqualTo(jobs.size());
        try (var topics = new Topics(servers.bootstrapServers())) {
            await().atMost(SOON)
                    .untilAsserted(
                            () -> {
                                var ids = eventIds(topics);
                                assertThat(ids.keySet()).containsAll(jobs);
                                assertThat(ids.values()).allMatch(each -> each.size() == 1);
                            });
        }
    }

    private static Map<String, Set<String>> eventIds(Topics topics) {
        Map<String, Set<String>> ids = new HashMap<>();
        topics.all("kiln.completions", event -> event.key() != null, Duration.ofSeconds(2))
                .forEach(
                        event ->
                                ids.computeIfAbsent(event.key(), _ -> new HashSet<>())
                                        .add(
                                                event.value()
                                                        .replaceAll(
                                                                "(?s).*\"id\":\"([^\"]+)\".*",
                                                                "$1")));
        return ids;
    }

    /** Such as a plan that was made for the tables as they were. */
    private static void assertQuiet(String... logs) throws Exception {
        for (String log : logs) {
            assertThat(Files.readAllLines(home.path().resolve(log)))
                    .as("what the process %s printed", log)
                    .noneMatch(line -> line.contains(" ERROR ") || line.contains("cached plan"));
        }
    }

    private static int version() throws SQLException {
        return (int)
                number(
                        "select max(version::int) from flyway_schema_history where version is not null");
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
