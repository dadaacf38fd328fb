package dev.kiln;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kiln.testing.KilnProcess;
import dev.kiln.testing.OwnServers;
import dev.kiln.testing.WorkerHome;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A worker that is told to end while it runs something. */
class DrainIT {
    private static final Duration SOON = Duration.ofSeconds(40);
    private static final int SLOTS = 2;
    private static OwnServers servers;
    private static WorkerHome home;

    @BeforeAll
    static void startServers() throws Exception {
        servers = new OwnServers();
        home = new WorkerHome();
    }

    @AfterEach
    void nothing_is_left_to_the_next_test() throws Exception {
        assertThat(home.containers()).isEmpty();
        execute("truncate job, worker cascade");
    }

    @AfterAll
    static void stopServers() {
        servers.close();
        home.close();
    }

    @Test
    void what_ends_in_time_is_finished_however_much_longer_than_a_lease_it_takes()
            throws Exception {
        String job;
        try (var kiln = start("30s")) {
            job = running(kiln, "import time; time.sleep(9); print('done')");
            String path = "/v1/jobs/" + job + "?wait=60";
            var waiting = CompletableFuture.supplyAsync(() -> kiln.get(path));
            assertThat(kiln.terminate()).isZero();
            assertThat(waiting.get().body()).as("who waits").contains("FINISHED", "done");
        }
        assertThat(text("select state || ' ' || attempt from job where id = '" + job + "'"))
                .isEqualTo("FINISHED 1");
        assertThat(table("worker")).as("it has unregistered").isZero();
    }

    @Test
    void what_does_not_is_given_back_without_a_penalty_and_its_container_is_gone()
            throws Exception {
        String job;
        try (var kiln = start("1s")) {
            job = running(kiln, "import time; time.sleep(300)");
            assertThat(kiln.terminate()).isZero();
        }
        assertThat(home.containers()).isEmpty();
        assertThat(text("select state || ' ' || attempt from job where id = '" + job + "'"))
                .isEqualTo("QUEUED 0");
        assertThat(
                        text(
                                "select counted || ' ' || fault from job_attempt where job_id = '"
                                        + job
                                        + "'"))
                .isEqualTo("false given back before its end");
    }

    @Test
    void what_was_claimed_ahead_and_has_not_begun_goes_back_before_the_wait() throws Exception {
        int shortOnes = 2000;
        int longOnes = 200;
        try (var kiln =
                start(
                        "1s",
                        Map.of(
                                "KILN_SANDBOX_SCRIPTED", "true",
                                "KILN_SANDBOX_SCRIPTED_ALONE", "true",
                                "KILN_WORKER_CLAIM_AHEAD", "1s"))) {
            String lines =
                    (scripted("exit 0") + "\n").repeat(shortOnes)
                            + (scripted("until-stopped") + "\n").repeat(longOnes);
            assertThat(kiln.post("/v1/batches", "application/x-ndjson", lines).statusCode())
                    .isEqualTo(202);
            await().atMost(SOON)
                    .pollInterval(Duration.ofMillis(50))
                    .until(
                            () ->
                                    jobs("state = 'FINISHED'") == shortOnes
                                            && jobs("state = 'RUNNING'") > SLOTS);
            assertThat(kiln.terminate()).isZero();
        }
        assertThat(jobs("state = 'QUEUED' and attempt = 0")).isEqualTo(longOnes);
        assertThat(jobs("state = 'FINISHED' and attempt = 1")).isEqualTo(shortOnes);
        assertThat(table("job_attempt where fault like 'claimed ahead%' and not counted"))
                .isPositive();
        assertThat(table("job_attempt where counted")).isZero();
    }

    private static String scripted(String code) {
        return """
                {"language":"scripted","code":"%s","sandbox":{"memory_limit":"64m"}}"""
                .formatted(code);
    }

    private static int jobs(String which) throws SQLException {
        return table("job where " + which);
    }

    @Test
    void without_postgres_it_ends_all_the_same_and_leaves_no_container() throws Exception {
        try (var kiln = start("1s")) {
            running(kiln, "import time; time.sleep(300)");
            servers.stopDatabase();
            try {
                assertThat(kiln.terminate()).isZero();
                assertThat(home.containers()).isEmpty();
            } finally {
                servers.startDatabase();
            }
        }
    }

    private static String running(KilnProcess kiln, String code) {
        String job = kiln.submit(code);
        await().atMost(SOON).until(() -> kiln.job(job).at("/state").asText().equals("RUNNING"));
        await().atMost(SOON).until(() -> !home.containers().isEmpty());
        return job;
    }

    private static int table(String name) throws SQLException {
        return Integer.parseInt(text("select count(*) from " + name));
    }

    private static void execute(String statement) throws SQLException {
        try (var connection = servers.database().dataSource().getConnection();
                var s = connection.createStatement()) {
            s.execute(statement);
        }
    }

    private static String text(String query) throws SQLException {
        try (var connection = servers.database().dataSource().getConnection();
                var s = connection.createStatement();
                var row = s.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    private static KilnProcess start(String drainTimeout) {
        return start(drainTimeout, Map.of());
    }

    private static KilnProcess start(String drainTimeout, Map<String, String> more) {
        return KilnProcess.start(
                        home.path().resolve("output"),
                        servers.environment(),
                        Map.of(
                                "KILN_HOME",
                                home.path().toString(),
                                "KILN_WORKER_SLOTS",
                                String.valueOf(SLOTS),
                                "KILN_WORKER_DRAIN_TIMEOUT",
                                drainTimeout,
                                "KILN_CLAIM_LEASE",
                                "4s",
                                "KILN_CLAIM_HEARTBEAT",
                                "1s",
                                "KILN_CLAIM_SWEEP",
                                "500ms"),
                        more)
                .awaitReady();
    }
}
