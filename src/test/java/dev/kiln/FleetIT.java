package dev.kiln;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.testing.KilnProcess;
import dev.kiln.testing.OwnServers;
import dev.kiln.testing.WorkerHome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two workers that can run different things, and a third process that takes the jobs for both. */
class FleetIT {
    private static final Duration SOON = Duration.ofSeconds(40);
    private static final String IMAGE = "kiln/python:latest";
    private static final String VANISHING = "kiln-test/fleet-vanishing:latest";
    private static final String NONE = "kiln-test/none:latest";

    private static OwnServers servers;
    private static WorkerHome home;
    private static KilnProcess doors;
    private static KilnProcess pythons;
    private static KilnProcess shells;

    @BeforeAll
    static void start() throws Exception {
        docker("tag", IMAGE, VANISHING);
        servers = new OwnServers();
        home = new WorkerHome();
        doors = start("doors", Map.of("KILN_ROLES", "api", "KILN_FLEET_SAMPLE", "500ms"));
        pythons = worker("pythons", language("sh", NONE), language("ash", VANISHING));
        shells = worker("shells", Map.of("KILN_RUNTIMES_PYTHON_IMAGE", NONE));
        doors.awaitReady();
        pythons.awaitReady();
        shells.awaitReady();
    }

    @AfterAll
    static void stop() throws Exception {
        pythons.close();
        shells.close();
        doors.close();
        servers.close();
        home.close();
        docker("rmi", VANISHING);
    }

    @Test
    void jobs_run_only_where_their_language_can_be_run() {
        var inPython = IntStream.range(0, 3).mapToObj(_ -> doors.submit("print('py')")).toList();
        var inShell = IntStream.range(0, 3).mapToObj(_ -> doors.submit("sh", "echo sh")).toList();
        for (String job : inPython) {
            assertRan(job, "py\n", id("ash"));
        }
        for (String job : inShell) {
            assertRan(job, "sh\n", id("sh"));
        }
    }

    private static void assertRan(String job, String output, String worker) {
        var end = doors.awaitEnd(job);
        assertThat(end.at("/result/stdout").asText()).as(end.toString()).isEqualTo(output);
        assertThat(end.at("/worker").asText()).isEqualTo(worker);
        assertThat(end.at("/attempt").asInt()).isEqualTo(1);
    }

    @Test
    void a_worker_that_lacks_an_image_is_ready_and_says_what_it_cannot_run() {
        assertThat(pythons.isReady()).isTrue();
        assertThat(pythons.get("/q/health/ready").body())
                .contains("language sh", "The sandbox image " + NONE + " is missing");
        var listed = worker(id("ash"));
        assertThat(listed.at("/lacking/sh").asText()).contains(NONE);
        assertThat(texts(listed.at("/languages"))).contains("python", "ash").doesNotContain("sh");
        assertThat(texts(listed.at("/roles"))).containsExactly("worker");
        assertThat(listed.at("/live").asBoolean()).isTrue();
        assertThat(listed.at("/runtime/name").asText()).startsWith("kiln-gvisor");
        assertThat(listed.at("/heartbeat_age_ms").asLong()).isLessThan(20_000);
    }

    @Test
    void a_job_that_no_worker_can_run_says_so_and_is_counted() {
        String job = doors.submit("tcsh", "echo never");
        assertThat(doors.job(job).at("/state").asText()).isEqualTo("QUEUED");
        assertThat(doors.job(job).at("/waiting_for").asText())
                .isEqualTo("no live worker runs language tcsh");
        await().atMost(SOON)
                .untilAsserted(
                        () ->
                                assertThat(doors.get("/q/metrics").body())
                                        .contains("kiln_jobs_unrunnable{reason=\"language\"} 1.0")
                                        .contains("kiln_jobs_unrunnable{reason=\"network\"} 0.0")
                                        .contains("kiln_workers_live 2.0"));
    }

    @Test
    void an_image_that_disappears_takes_its_language_along_until_it_is_back() throws Exception {
        assertRan(doors.submit("ash", "echo here"), "here\n", id("ash"));
        String pythonsId = id("ash");
        docker("rmi", VANISHING);
        await().atMost(SOON).until(() -> worker(pythonsId).at("/lacking").has("ash"));
        String job = doors.submit("ash", "echo back");
        await().atMost(SOON)
                .until(
                        () ->
                                doors.job(job)
                                        .at("/waiting_for")
                                        .asText()
                                        .equals("no live worker runs language ash"));
        assertRan(doors.submit("print('still')"), "still\n", pythonsId);
        docker("tag", IMAGE, VANISHING);
        assertRan(job, "back\n", pythonsId);
    }

    @Test
    void a_cordoned_worker_ends_what_it_runs_and_takes_nothing_until_it_is_uncordoned() {
        String shellsId = id("sh");
        String running = doors.submit("sh", "sleep 6; echo done");
        await().atMost(SOON).until(() -> state(running).equals("RUNNING"));
        assertThat(action(shellsId, "cordon")).isEqualTo(200);
        String next = doors.submit("sh", "echo next");
        assertThat(doors.job(next).at("/waiting_for").asText())
                .isEqualTo("every live worker that could run it is cordoned");
        assertThat(doors.awaitEnd(running).at("/result/stdout").asText()).isEqualTo("done\n");
        assertThat(state(next)).isEqualTo("QUEUED");
        await().atMost(SOON).until(() -> shells.get("/q/health/ready").body().contains("cordoned"));
        assertThat(shells.isReady()).isTrue();
        assertThat(worker(shellsId).at("/cordoned").asBoolean()).isTrue();
        assertThat(action(shellsId, "uncordon")).isEqualTo(200);
        assertRan(next, "next\n", shellsId);
    }

    @Test
    void an_unknown_worker_is_a_problem_with_a_remedy() {
        var answer = doors.post("/v1/workers/nobody:cordon", "");
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).contains("/problems/unknown-worker", "GET /v1/workers");
        assertThat(doors.post("/v1/workers/nobody:paint", "").statusCode()).isEqualTo(404);
    }

    private static int action(String worker, String action) {
        return doors.post("/v1/workers/" + worker + ":" + action, "").statusCode();
    }

    private static String state(String job) {
        return doors.job(job).at("/state").asText();
    }

    /** The id of the worker whose configured languages include this one, lacking or not. */
    private static String id(String language) {
        return StreamSupport.stream(workers().spliterator(), false)
                .filter(
                        w ->
                                language.equals("ash")
                                        ? w.at("/lacking").has("ash")
                                                || texts(w.at("/languages")).contains("ash")
                                        : texts(w.at("/languages")).contains(language))
                .findFirst()
                .orElseThrow()
                .at("/id")
                .asText();
    }

    private static JsonNode worker(String id) {
        return StreamSupport.stream(workers().spliterator(), false)
                .filter(w -> w.at("/id").asText().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode workers() {
        return doors.document("/v1/workers").at("/workers");
    }

    private static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
    }

    @SafeVarargs
    private static KilnProcess worker(String name, Map<String, String>... settings) {
        var all = new HashMap<String, String>();
        for (var some : settings) {
            all.putAll(some);
        }
        all.put("KILN_ROLES", "worker");
        return start(name, all);
    }

    private static KilnProcess start(String name, Map<String, String> settings) {
        return KilnProcess.start(
                home.path().resolve(name),
                servers.environment(),
                Map.of("KILN_HOME", home.path().toString(), "KILN_WORKER_PROBE", "500ms"),
                language("sh", IMAGE),
                name.equals("doors") ? language("ash", IMAGE) : Map.of(),
                name.equals("doors") ? language("tcsh", IMAGE) : Map.of(),
                settings);
    }

    private static Map<String, String> language(String name, String image) {
        String prefix = "KILN_RUNTIMES_" + name.toUpperCase(Locale.ROOT) + "_";
        return Map.of(
                prefix + "IMAGE",
                image,
                prefix + "FILE",
                "main.sh",
                prefix + "COMMAND",
                "/bin/sh,{file}");
    }

    private static void docker(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }
}
