package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.cli.client.Json;
import dev.kiln.embedded.FreePort;
import dev.kiln.testing.OtherJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kiln bench} in small, with the host's own engine and sandbox: figures that fit together,
 * whatever they are.
 */
class BenchIT {

    private static final String MAIN = "dev.kiln.cli.Main";
    private static final String ROOT = Path.of("").toAbsolutePath().toString();

    @TempDir static Path folder;

    private static OtherJvm kiln;
    private static List<String> where = List.of();

    @BeforeAll
    static void start() throws IOException {
        String port = String.valueOf(FreePort.pick());
        kiln =
                OtherJvm.startShipped(
                        MAIN,
                        Map.of("KILN_DATA", folder.toString(), "KILN_ROOT", ROOT),
                        "up",
                        "--port",
                        port,
                        "--kafka-port",
                        "0");
        String line = kiln.lineWith("Kiln is at");
        String broker = line.replaceFirst(".* its broker at (\\S+), .*", "$1");
        where = List.of("--server", "http://127.0.0.1:" + port, "--kafka", broker);
    }

    @AfterAll
    static void stop() throws InterruptedException {
        kiln.terminate();
        kiln.close();
    }

    @Test
    void latency_has_every_way_a_job_can_go() {
        var json = bench("latency", "--jobs", "3", "--rate", "10");
        var ways = json.path("latency_ms");
        assertThat(ways).hasSize(4);
        for (var way : ways) {
            assertThat(way.path("jobs").asInt()).isEqualTo(3);
            assertThat(way.path("failed").asInt()).isZero();
            assertThat(way.path("p50").asDouble()).isPositive();
            assertThat(way.path("p90").asDouble())
                    .isBetween(way.path("p50").asDouble(), way.path("p99").asDouble());
            assertThat(way.path("max").asDouble()).isEqualTo(way.path("p99").asDouble());
        }
        double oneshot = ways.path(3).path("p50").asDouble();
        assertThat(json.at("/oneshot_to_kiln_p50/paced").asDouble())
                .isCloseTo(oneshot / ways.path(0).path("p50").asDouble(), within(0.001));
        assertThat(json.path("targets")).hasSize(4);
    }

    @Test
    void throughput_starts_a_kiln_of_its_own_and_measures_everybody_alike() throws Exception {
        JsonNode json;
        try (var bench =
                OtherJvm.startShipped(
                        MAIN,
                        Map.of("KILN_ROOT", ROOT, "KILN_COMMIT", "abc"),
                        "bench",
                        "throughput",
                        "--jobs=3",
                        "--windows=2",
                        "--concurrency=2",
                        "--slots=2",
                        "--warm-up=0",
                        "--json")) {
            json = json(bench.lineWith("{"));
            assertThat(bench.process().waitFor()).isZero();
        }
        assertThat(json.path("commit").asText()).isEqualTo("abc");
        int cpus = json.at("/host/cpus").asInt();
        assertThat(json.path("contenders"))
                .extracting(each -> each.path("name").asText())
                .containsExactly("kiln", "docker-oneshot", "docker-minimal");
        for (var contender : json.path("contenders")) {
            assertThat(contender.path("failed").asInt()).isZero();
            assertThat(contender.path("windows")).hasSize(2);
            for (var window : contender.path("windows")) {
                double seconds = window.path("seconds").asDouble();
                assertThat(window.path("jobs").asInt()).isEqualTo(3);
                assertThat(window.path("jobs_per_second").asDouble() * seconds)
                        .isCloseTo(3, within(0.1));
                // One tick of each processor may belong to what was before.
                assertThat(window.path("cpu_seconds_per_job").asDouble() * 3)
                        .isBetween(0.0, cpus * (seconds + 0.02));
            }
        }
    }

    @Test
    void batch_tells_who_spent_what_so_that_it_adds_up() {
        var json = bench("batch", "--jobs", "4", "--concurrency", "2");
        assertThat(json.path("program_cpu_ms"))
                .hasSize(4)
                .allSatisfy(time -> assertThat(time.asDouble()).isPositive());
        for (var contender : json.path("contenders")) {
            assertThat(contender.path("failed").asInt()).isZero();
            assertThat(contender.path("jobs").asInt()).isEqualTo(4);
            var cpu = contender.path("cpu_ms_per_job");
            assertThat(cpu.path("programs").asDouble() + cpu.path("overhead").asDouble())
                    .isCloseTo(cpu.path("machine").asDouble(), within(0.1));
            double items = 0;
            for (String item :
                    "gvisor runsc shims engine jvm kafka postgres client rest".split(" ")) {
                assertThat(cpu.has(item)).as(item).isTrue();
                items += cpu.path(item).asDouble();
            }
            assertThat(items).isCloseTo(cpu.path("overhead").asDouble(), within(0.1));
            assertThat(cpu.path("engine").asDouble()).isPositive();
        }
        assertThat(json.at("/contenders/0/cpu_ms_per_job/jvm").asDouble()).isPositive();
        assertThat(json.at("/contenders/0/cpu_ms_per_job/postgres").asDouble())
                .isGreaterThanOrEqualTo(0);
    }

    @Test
    void memory_is_that_of_the_server_that_was_named() {
        var json = bench("memory", "--jobs", "4");
        assertThat(json.path("failed").asInt()).isZero();
        double peak = json.path("worker_peak_rss_bytes").asDouble();
        assertThat(peak).isGreaterThan(50_000_000);
        assertThat(json.path("worker_idle_rss_bytes").asLong()).isGreaterThan(50_000_000);
        assertThat(json.at("/targets/0/value").asDouble()).isCloseTo(peak / 1e6, within(0.1));
    }

    private static JsonNode bench(String... options) {
        var args = new ArrayList<>(List.of("bench"));
        args.addAll(List.of(options));
        args.addAll(where);
        args.addAll(List.of("--warm-up", "0", "--json"));
        var run = CommandLineRun.of(args.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.toString()).isZero();
        var json = json(run.out());
        assertThat(json.path("bench").asText()).isEqualTo(options[0]);
        assertThat(json.at("/host/runtime").asText()).startsWith("runsc ");
        return json;
    }

    private static JsonNode json(String line) {
        return Json.parse(line.getBytes(StandardCharsets.UTF_8)).orElseThrow();
    }
}
