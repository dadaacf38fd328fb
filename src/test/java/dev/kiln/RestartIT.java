package dev.kiln;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kiln.testing.KilnProcess;
import dev.kiln.testing.OwnServers;
import dev.kiln.testing.Topics;
import dev.kiln.testing.WorkerHome;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The server itself ends in the middle of a batch, with and without notice. */
class RestartIT {
    private static final Duration SOON = Duration.ofSeconds(40);
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
    void told_to_end_it_finishes_what_runs_and_the_next_one_does_the_rest() throws Exception {
        List<String> jobs;
        try (var first = start().awaitReady()) {
            jobs = submit(first, 6);
            awaitSome(first, jobs);
            first.terminate();
            assertThat(home.containers()).isEmpty();
        }
        try (var second = start().awaitReady()) {
            for (String job : jobs) {
                var end = second.awaitEnd(job);
                assertThat(end.at("/state").asText()).isEqualTo("FINISHED");
                assertThat(end.at("/attempt").asInt()).isEqualTo(1);
            }
            assertNothingTwice(jobs);
        }
        assertThat(home.containers()).isEmpty();
    }

    @Test
    void killed_it_loses_nothing_and_the_next_one_removes_its_containers() throws Exception {
        List<String> jobs;
        try (var first = start().awaitReady()) {
            jobs = submit(first, 6);
            awaitSome(first, jobs);
            await().atMost(SOON).until(() -> !home.containers().isEmpty());
            first.kill();
        }
        try (var second = start().awaitReady()) {
            for (String job : jobs) {
                var end = second.awaitEnd(job);
                assertThat(end.at("/state").asText()).isEqualTo("FINISHED");
                assertThat(end.at("/result/stdout").asText()).isEqualTo("done\n");
                assertThat(end.at("/attempt").asInt()).isLessThanOrEqualTo(2);
            }
            assertNothingTwice(jobs);
        }
        assertThat(home.containers()).isEmpty();
    }

    @Test
    void containers_that_wait_end_with_their_worker_however_it_ends() throws Exception {
        var waiting = Map.of("KILN_POOL_SIZE", "2");
        try (var first = start(waiting).awaitReady()) {
            await().atMost(SOON).until(() -> home.running().size() == 2);
            first.terminate();
            assertThat(home.containers()).isEmpty();
        }
        try (var second = start(waiting).awaitReady()) {
            await().atMost(SOON).until(() -> home.running().size() == 2);
            var job = submit(second, 1).getFirst();
            assertThat(second.awaitEnd(job).at("/result/stdout").asText()).isEqualTo("done\n");
            second.kill();
            await().atMost(SOON).until(() -> home.running().isEmpty());
        }
        try (var third = start().awaitReady()) {
            await().atMost(SOON).until(() -> home.containers().isEmpty());
            third.terminate();
        }
    }

    /** Also of jobs that ran before the restart: each has its events, and all its events one id. */
    private static void assertNothingTwice(List<String> jobs) {
        try (var topics = new Topics(servers.bootstrapServers())) {
            await().atMost(SOON)
                    .untilAsserted(
                            () -> {
                                var ids = new HashMap<String, Set<String>>();
                                topics.all(
                                                "kiln.completions",
                                                event -> jobs.contains(event.key()),
                                                Duration.ofSeconds(1))
                                        .forEach(
                                                event ->
                                                        ids.computeIfAbsent(
                                                                        event.key(),
                                                                        _ -> new HashSet<>())
                                                                .add(eventId(event.value())));
                                assertThat(ids.keySet()).containsAll(jobs);
                                assertThat(ids.values()).allMatch(each -> each.size() == 1);
                            });
        }
    }

    private static String eventId(String event) {
        return event.replaceAll("(?s).*\"id\":\"([^\"]+)\".*", "$1");
    }

    private static List<String> submit(KilnProcess kiln, int size) {
        String code = "import time; time.sleep(1); print('done')";
        return IntStream.range(0, size).mapToObj(_ -> kiln.submit(code)).toList();
    }

    private static void awaitSome(KilnProcess kiln, List<String> jobs) {
        await().atMost(SOON)
                .until(
                        () ->
                                jobs.stream()
                                        .map(job -> kiln.job(job).at("/state").asText())
                                        .anyMatch("FINISHED"::equals));
    }

    private static KilnProcess start() {
        return start(Map.of());
    }

    private static KilnProcess start(Map<String, String> more) {
        return KilnProcess.start(
                home.path().resolve("output"),
                servers.environment(),
                Map.of(
                        "KILN_HOME", home.path().toString(),
                        "KILN_WORKER_SLOTS", "2",
                        "KILN_CLAIM_LEASE", "6s",
                        "KILN_CLAIM_HEARTBEAT", "1s",
                        "KILN_CLAIM_SWEEP", "500ms"),
                more);
    }
}
