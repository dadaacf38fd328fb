package dev.kiln;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.testing.Jobs;
import dev.kiln.testing.KilnProcess;
import dev.kiln.testing.OwnServers;
import dev.kiln.testing.Topics;
import dev.kiln.testing.WorkerHome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two processes that share nothing but Postgres: one has no Docker, the other no Kafka. */
class RolesIT {
    private static OwnServers servers;
    private static WorkerHome home;
    private static KilnProcess doors;
    private static KilnProcess worker;

    @BeforeAll
    static void start() throws Exception {
        servers = new OwnServers();
        home = new WorkerHome();
        doors =
                KilnProcess.start(
                        home.path().resolve("doors"),
                        servers.environment(),
                        Map.of(
                                "KILN_ROLES", "api,intake,relay",
                                "KILN_SANDBOX_ENGINE", "unix:///nowhere/docker.sock"));
        worker =
                KilnProcess.start(
                        home.path().resolve("worker"),
                        servers.environment(),
                        Map.of(
                                "KILN_ROLES", "worker",
                                "KILN_HOME", home.path().toString(),
                                "KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1"));
        doors.awaitReady();
        worker.awaitReady();
    }

    @AfterAll
    static void stop() throws Exception {
        worker.close();
        doors.close();
        servers.close();
        home.close();
    }

    @Test
    void a_batch_through_both_doors_of_one_runs_in_the_other() {
        List<String> jobs =
                new ArrayList<>(
                        IntStream.range(0, 4)
                                .mapToObj(_ -> doors.submit("print('done')"))
                                .toList());
        String fromTopic = Jobs.id().toString();
        try (var topics = new Topics(servers.bootstrapServers())) {
            topics.submit(fromTopic, "{\"language\": \"python\", \"code\": \"print('done')\"}");
            jobs.add(fromTopic);
            for (String job : jobs) {
                assertThat(doors.awaitEnd(job).at("/result/stdout").asText()).isEqualTo("done\n");
                topics.await("kiln.completions", event -> job.equals(event.key()));
            }
        }
    }

    @Test
    void a_worker_alone_answers_nothing_but_its_health() {
        var answer = worker.get("/v1/jobs/" + Jobs.id());
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.headers().firstValue("Content-Type").orElse(""))
                .startsWith("application/problem+json");
        assertThat(answer.body()).contains("/problems/not-found", "role api");
        assertThat(worker.isReady()).isTrue();
        assertThat(worker.isLive()).isTrue();
    }
}
