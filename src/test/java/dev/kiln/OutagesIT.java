package dev.kiln;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.testing.EngineCord;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.KilnProcess;
import dev.kiln.testing.OwnServers;
import dev.kiln.testing.Topics;
import dev.kiln.testing.WorkerHome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What a running server needs goes away and comes back: readiness tells, liveness does not, work
 * resumes by itself, and no job is given up.
 */
class OutagesIT {
    private static final Duration SOON = Duration.ofSeconds(40);
    private static final Duration DELIVERY = Duration.ofSeconds(2);
    private static final Duration A_LEASE = Duration.ofSeconds(6);

    private static OwnServers servers;
    private static WorkerHome home;
    private static EngineCord cord;
    private static KilnProcess kiln;

    @BeforeAll
    static void start() throws Exception {
        servers = new OwnServers();
        home = new WorkerHome();
        cord = new EngineCord(home.path().resolve("engine.sock"));
        kiln =
                KilnProcess.start(
                                home.path().resolve("output"),
                                servers.environment(),
                                Map.of(
                                        "KILN_HOME", home.path().toString(),
                                        "KILN_SANDBOX_ENGINE", cord.uri(),
                                        "KILN_WORKER_SLOTS", "2",
                                        "MP_MESSAGING_OUTGOING_COMPLETIONS_DELIVERY_TIMEOUT_MS",
                                                "2000",
                                        "MP_MESSAGING_OUTGOING_COMPLETIONS_REQUEST_TIMEOUT_MS",
                                                "1000",
                                        "KILN_WORKER_PROBE", "500ms",
                                        "KILN_CLAIM_LEASE", A_LEASE.toSeconds() + "s",
                                        "KILN_CLAIM_HEARTBEAT", "1s",
                                        "KILN_CLAIM_SWEEP", "500ms"))
                        .awaitReady();
    }

    @AfterAll
    static void stop() throws Exception {
        kiln.close();
        cord.close();
        servers.close();
        var left = home.containers();
        var log = kiln.output();
        home.close();
        assertThat(left).isEmpty();
        assertThat(log).as("stack traces").noneMatch(line -> line.startsWith("\tat "));
        assertThat(log)
                .as("a few lines for each outage, besides those of jobs that go their way")
                .filteredOn(line -> !line.matches(".* outcome=(accepted|claimed)\\b.*"))
                .hasSizeLessThan(120);
    }

    @Test
    void postgres_away_in_the_middle_of_a_batch_for_longer_than_a_lease() throws Exception {
        var jobs = batch(8, "import time; time.sleep(0.5); print('done')");
        String endless = kiln.submit("import time; time.sleep(4); print('done')");
        awaitSome(jobs);
        servers.stopDatabase();
        String fromTopic = Jobs.id().toString();
        produce(fromTopic, "print('done')");
        long away = System.nanoTime();
        awaitNotReady("Postgres cannot be reached");
        await().atMost(SOON).untilAsserted(OutagesIT::assertLoopsTryAgain);
        await().atMost(SOON)
                .until(() -> System.nanoTime() - away > A_LEASE.plusSeconds(1).toNanos());
        assertThat(kiln.isLive()).isTrue();
        servers.startDatabase();

        kiln.awaitReady();
        jobs.add(endless);
        jobs.add(fromTopic);
        jobs.forEach(OutagesIT::assertDoneAtFirstAttempt);
    }

    @Test
    void kafka_away() throws Exception {
        servers.stopKafka();
        var jobs = batch(3, "print('done')");
        jobs.forEach(OutagesIT::assertDoneAtFirstAttempt);
        awaitNotReady("Kafka cannot be reached");
        assertThat(kiln.isLive()).isTrue();
        // Several times over the producer gives up on these events.
        long away = System.nanoTime();
        await().atMost(SOON).until(() -> System.nanoTime() - away > 3 * DELIVERY.toNanos());
        servers.startKafka();

        kiln.awaitReady();
        String fromTopic = Jobs.id().toString();
        produce(fromTopic, "print('done')");
        assertDoneAtFirstAttempt(fromTopic);
        assertThat(kiln.isLive()).isTrue();
        try (var topics = new Topics(servers.bootstrapServers())) {
            for (String job : jobs) {
                topics.await("kiln.completions", event -> job.equals(event.key()));
            }
            topics.await("kiln.completions", event -> fromTopic.equals(event.key()));
        }
    }

    @Test
    void the_engine_away_in_the_middle_of_a_batch() {
        var jobs = batch(6, "import time; time.sleep(1); print('done')");
        awaitSome(jobs);
        cord.cut();
        awaitNotReady("Docker Engine is not running");
        await().atMost(SOON)
                .until(() -> jobs.stream().noneMatch(job -> state(job).equals("RUNNING")));
        assertThat(kiln.isLive()).isTrue();
        assertThat(jobs).anyMatch(job -> state(job).equals("QUEUED"));
        assertThat(jobs)
                .filteredOn(job -> state(job).equals("QUEUED"))
                .allMatch(job -> kiln.job(job).at("/attempt").asInt() == 0);
        cord.mend();

        kiln.awaitReady();
        jobs.forEach(OutagesIT::assertDoneAtFirstAttempt);
        await().atMost(SOON).until(() -> home.containers().isEmpty());
    }

    private static List<String> batch(int size, String code) {
        return new ArrayList<>(IntStream.range(0, size).mapToObj(_ -> kiln.submit(code)).toList());
    }

    private static void awaitSome(List<String> jobs) {
        await().atMost(SOON)
                .until(() -> jobs.stream().anyMatch(job -> state(job).equals("FINISHED")));
    }

    private static String state(String job) {
        return kiln.job(job).at("/state").asText();
    }

    private static void awaitNotReady(String reason) {
        await().atMost(SOON)
                .untilAsserted(
                        () -> {
                            var answer = kiln.get("/q/health/ready");
                            assertThat(answer.statusCode()).isEqualTo(503);
                            assertThat(answer.body()).contains(reason);
                        });
    }

    /** Which is what they are there for, and no reason for a restart. */
    private static void assertLoopsTryAgain() {
        var health = kiln.document("/q/health");
        assertThat(check(health, "postgres").at("/status").asText()).isEqualTo("DOWN");
        assertThat(check(health, "loops").at("/status").asText()).isEqualTo("UP");
        assertThat(check(health, "loops").at("/data").fieldNames())
                .toIterable()
                .contains("degraded queue-gauge");
    }

    private static JsonNode check(JsonNode health, String name) {
        return StreamSupport.stream(health.at("/checks").spliterator(), false)
                .filter(check -> check.at("/name").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static void produce(String id, String code) {
        try (var topics = new Topics(servers.bootstrapServers())) {
            topics.submit(id, "{\"language\": \"python\", \"code\": \"%s\"}".formatted(code));
        }
    }

    private static void assertDoneAtFirstAttempt(String id) {
        JsonNode job = kiln.awaitEnd(id);
        assertThat(job.at("/state").asText()).as(job.toString()).isEqualTo("FINISHED");
        assertThat(job.at("/result/stdout").asText()).isEqualTo("done\n");
        assertThat(job.at("/attempt").asInt()).as(job.toString()).isEqualTo(1);
    }
}
