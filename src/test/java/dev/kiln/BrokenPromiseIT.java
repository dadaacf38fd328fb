package dev.kiln;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kiln.testing.KilnProcess;
import dev.kiln.testing.OwnServers;
import dev.kiln.testing.WorkerHome;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A server whose host was not, or not yet, seen to keep every promise of its sandbox. */
class BrokenPromiseIT {
    private static final Duration SOON = Duration.ofSeconds(60);
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
    void it_serves_says_why_it_is_not_ready_claims_nothing_and_recovers() throws Exception {
        String probed = "kiln-test/probed:" + UUID.randomUUID();
        // A container can be made of it, and the programs that probe do not run there.
        docker("tag", "kiln/bash:latest", probed);
        try (var kiln =
                start(Map.of("KILN_SANDBOX_PROBE_IMAGE", probed, "KILN_WORKER_PROBE", "500ms"))) {
            await().atMost(SOON).until(kiln::isLive);
            String job = kiln.submit("print('at last')");
            await().atMost(SOON)
                    .untilAsserted(
                            () -> {
                                var answer = kiln.get("/q/health/ready");
                                assertThat(answer.statusCode()).isEqualTo(503);
                                assertThat(answer.body())
                                        .contains("does not hold what it promises")
                                        .contains("memory_limited", "./kiln doctor");
                            });
            assertThat(kiln.job(job).at("/state").asText()).isEqualTo("QUEUED");
            assertThat(kiln.job(job).at("/attempt").asInt()).isZero();
            assertThat(kiln.isLive()).isTrue();

            docker("tag", "kiln/python:latest", probed);
            kiln.awaitReady();
            assertThat(kiln.awaitEnd(job).at("/result/stdout").asText()).isEqualTo("at last\n");
            assertThat(kiln.job(job).at("/attempt").asInt()).isEqualTo(1);
        } finally {
            docker("rmi", probed);
        }
        assertThat(home.containers()).isEmpty();
    }

    @Test
    void told_to_end_while_it_still_probes_it_leaves_nothing_behind() throws Exception {
        try (var kiln = start(Map.of())) {
            await().atMost(SOON).until(kiln::isLive);
            assertThat(kiln.terminate()).as(() -> kiln.output().toString()).isZero();
            assertThat(kiln.output()).noneMatch(line -> line.startsWith("\tat "));
        }
        assertThat(home.containers()).isEmpty();
    }

    private static KilnProcess start(Map<String, String> more) {
        return KilnProcess.start(
                home.path().resolve("output"),
                servers.environment(),
                Map.of("KILN_HOME", home.path().toString()),
                more);
    }

    private static void docker(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor()).as("%s", command).isZero();
    }
}
