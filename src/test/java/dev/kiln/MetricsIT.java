package dev.kiln;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.KilnProcess;
import dev.kiln.testing.LogLines;
import dev.kiln.testing.MetricsDocument;
import dev.kiln.testing.ObservabilityFiles;
import dev.kiln.testing.OwnServers;
import dev.kiln.testing.PromQl;
import dev.kiln.testing.Scrape;
import dev.kiln.testing.Topics;
import dev.kiln.testing.WorkerHome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What a running Kiln tells Prometheus of itself: exactly what its documentation says, and true.
 */
class MetricsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SOON = Duration.ofSeconds(60);

    private static OwnServers servers;
    private static WorkerHome home;
    private static KilnProcess kiln;

    @BeforeAll
    static void start() throws Exception {
        servers = new OwnServers();
        home = new WorkerHome();
        kiln =
                KilnProcess.start(
                                home.path().resolve("log"),
                                servers.environment(),
                                Map.of(
                                        "KILN_HOME", home.path().toString(),
                                        "KILN_LOG_FORMAT", "json",
                                        "KILN_SANDBOX_SCRIPTED", "true",
                                        "KILN_POOL_SIZE", "1",
                                        "KILN_WORKER_SLOTS", "4",
                                        "KILN_CLAIM_MAX_ATTEMPTS", "2",
                                        "KILN_CLAIM_BACKOFF", "100ms",
                                        "KILN_CLAIM_SWEEP", "500ms"),
                                Map.of(
                                        "KILN_FLEET_SAMPLE", "500ms",
                                        "KILN_RUNTIMES_TCSH_IMAGE", "kiln-test/none:latest",
                                        "KILN_RUNTIMES_TCSH_FILE", "main.csh",
                                        "KILN_RUNTIMES_TCSH_COMMAND", "/bin/tcsh,{file}"))
                        .awaitReady();
    }

    @AfterAll
    static void stop() throws Exception {
        kiln.close();
        servers.close();
        home.close();
    }

    @Test
    void every_ending_is_counted_once_with_its_labels() throws Exception {
        var before = Scrape.of(kiln);
        String first = kiln.submit("scripted", "print hello");
        List<String> jobs =
                List.of(
                        first,
                        kiln.submit("scripted", "exit 3"),
                        kiln.submit("scripted", "signal 9"),
                        kiln.submit("scripted", "time-out"),
                        kiln.submit("scripted", "out-of-memory"),
                        kiln.submit("scripted", "fault-first 1 sandbox once"),
                        kiln.submit("scripted", "fault sandbox always"),
                        kiln.submit("print('real')"));
        String late = submit(job("tcsh").put("deadline", Instant.now().plusSeconds(2).toString()));
        String putOff = submit(job("scripted").put("run_at", "2999-01-01T00:00:00Z"));
        String endless = kiln.submit("scripted", "until-stopped");
        await().atMost(SOON).until(() -> state(endless).equals("RUNNING"));
        kiln.delete("/v1/jobs/" + putOff);
        kiln.delete("/v1/jobs/" + endless);
        jobs.forEach(kiln::awaitEnd);
        List.of(late, putOff, endless).forEach(kiln::awaitEnd);
        String again = job("scripted").put("id", first).toString();
        assertThat(kiln.post("/v1/jobs", again).statusCode()).isEqualTo(409);
        String own = Jobs.id().toString();
        String twice = job("scripted").put("id", own).toString();
        kiln.post("/v1/jobs", twice);
        kiln.awaitEnd(own);
        kiln.post("/v1/jobs", twice);
        try (var topics = new Topics(servers.bootstrapServers())) {
            topics.submit(Jobs.id().toString(), "no document");
        }

        Map<String, Double> expected = new HashMap<>();
        expected.put("kiln_jobs_submitted_total{outcome=\"accepted\"}", 12.0);
        expected.put("kiln_jobs_submitted_total{outcome=\"repeated\"}", 1.0);
        expected.put("kiln_jobs_submitted_total{outcome=\"refused\"}", 1.0);
        expected.put("kiln_intake_records_refused_total", 1.0);
        expected.put(ended("exited", "scripted", "FINISHED"), 4.0);
        expected.put(ended("signalled", "scripted", "FINISHED"), 1.0);
        expected.put(ended("timed_out", "scripted", "FINISHED"), 1.0);
        expected.put(ended("out_of_memory", "scripted", "FINISHED"), 1.0);
        expected.put(ended("exited", "python", "FINISHED"), 1.0);
        expected.put(ended("platform", "scripted", "ABANDONED"), 1.0);
        expected.put(ended("deadline", "tcsh", "EXPIRED"), 1.0);
        expected.put(ended("cancelled", "scripted", "CANCELLED"), 2.0);
        expected.put("kiln_jobs_succeeded_total{language=\"scripted\"}", 3.0);
        expected.put("kiln_jobs_succeeded_total{language=\"python\"}", 1.0);
        expected.put("kiln_attempts_failed_total{outcome=\"retry\"}", 2.0);
        expected.put("kiln_attempts_failed_total{outcome=\"abandoned\"}", 1.0);
        // Two of them were claimed twice.
        expected.put("kiln_job_wait_seconds_count{language=\"scripted\"}", 11.0);
        expected.put("kiln_job_start_seconds_count{language=\"scripted\"}", 11.0);
        expected.put("kiln_job_run_seconds_count{language=\"scripted\"}", 8.0);
        expected.put("kiln_job_end_to_end_seconds_count{language=\"scripted\"}", 8.0);
        for (String span : List.of("wait", "start", "run", "end_to_end")) {
            expected.put("kiln_job_" + span + "_seconds_count{language=\"python\"}", 1.0);
        }
        await().atMost(SOON)
                .untilAsserted(
                        () -> {
                            var growth = Scrape.of(kiln).growthSince(before, "kiln_");
                            double pooled =
                                    growth.getOrDefault("kiln_pool_hits_total", 0.0)
                                            + growth.getOrDefault("kiln_pool_misses_total", 0.0);
                            growth.keySet().removeIf(series -> series.startsWith("kiln_pool_"));
                            assertThat(growth).isEqualTo(expected);
                            assertThat(pooled).as("the one real program").isEqualTo(1);
                        });
        assertSpansAgree(before, kiln.job(jobs.getLast()).at("/result/duration_ms").asLong());
        awaitRest();
    }

    /** No span of a program's way is longer than all of it. */
    private static void assertSpansAgree(Scrape before, long ranMillis) {
        var now = Scrape.of(kiln);
        // The result has whole milliseconds.
        assertThat(grown(now, before, "kiln_job_run_seconds_sum") * 1000)
                .isCloseTo((double) ranMillis, within(1.0));
        // By the runner's clock the program may have begun before the worker heard of it.
        double all = grown(now, before, "kiln_job_end_to_end_seconds_sum");
        double waited = grown(now, before, "kiln_job_wait_seconds_sum");
        for (String part : List.of("kiln_job_start_seconds_sum", "kiln_job_run_seconds_sum")) {
            assertThat(grown(now, before, part)).isBetween(1e-4, all - waited);
        }
    }

    private static double grown(Scrape now, Scrape before, String name) {
        String series = name + "{language=\"python\"}";
        return now.value(series) - before.value(series);
    }

    /** What is not counted but looked at. */
    private static void awaitRest() {
        await().atMost(SOON)
                .untilAsserted(
                        () -> {
                            var now = Scrape.of(kiln).samples();
                            assertThat(now)
                                    .containsEntry("kiln_jobs_running", 0.0)
                                    .containsEntry("kiln_jobs_runnable", 0.0)
                                    .containsEntry("kiln_outbox_age_seconds", 0.0)
                                    .containsEntry("kiln_queue_age_seconds", 0.0)
                                    .containsEntry("kiln_webhooks_pending", 0.0)
                                    .containsEntry("kiln_webhooks_overdue_seconds", 0.0)
                                    .containsEntry("kiln_workers_live", 1.0)
                                    .containsEntry("kiln_intake_lag_records", 0.0)
                                    .containsEntry("kiln_intake_paused", 0.0)
                                    .containsEntry("kiln_worker_slots", 4.0)
                                    .containsEntry("kiln_worker_slots_taken", 0.0)
                                    .containsEntry("kiln_worker_memory_promised_bytes", 0.0)
                                    .containsEntry("kiln_worker_ready", 1.0)
                                    .containsEntry("kiln_worker_languages_lacking", 1.0)
                                    .containsEntry("kiln_containers_leaked", 0.0);
                        });
    }

    @Test
    void the_documentation_and_the_scrape_have_the_same_metrics() {
        var scrape = Scrape.of(kiln);
        Map<String, String> told = MetricsDocument.read().types();
        Map<String, String> shown = new HashMap<>(scrape.types());
        shown.keySet().removeIf(name -> !name.startsWith("kiln_"));
        // A histogram of this library has a gauge of its own, which the page tells once for all.
        shown.keySet()
                .removeIf(
                        name ->
                                name.endsWith("_max")
                                        && "histogram"
                                                .equals(
                                                        scrape.types()
                                                                .get(
                                                                        name.replaceAll(
                                                                                "_max$", ""))));
        assertThat(shown).isEqualTo(told);
    }

    @Test
    void labels_are_those_documented_and_have_few_values() {
        var scrape = Scrape.of(kiln);
        for (var metric : MetricsDocument.read().labels().entrySet()) {
            boolean histogram = "histogram".equals(scrape.types().get(metric.getKey()));
            var labels = scrape.labelsOf(metric.getKey() + (histogram ? "_count" : ""));
            assertThat(labels.keySet()).as(metric.getKey()).isEqualTo(metric.getValue());
            labels.forEach(
                    (label, values) ->
                            assertThat(values)
                                    .as(metric.getKey() + " " + label)
                                    .hasSizeBetween(2, 12));
        }
        assertThat(scrape.labelsOf("kiln_jobs_ended_total").get("language"))
                .isEqualTo(
                        Set.of(
                                "bash",
                                "c",
                                "node",
                                "node-esm",
                                "other",
                                "python",
                                "scripted",
                                "tcsh"));
    }

    @Test
    void dashboard_and_alerts_ask_for_metrics_that_there_are() {
        // That of a request comes with the first one that was answered.
        assertThat(kiln.get("/v1/jobs").statusCode()).isEqualTo(200);
        await().atMost(SOON)
                .until(
                        () ->
                                Scrape.of(kiln)
                                        .names()
                                        .contains("http_server_requests_seconds_count"));
        var names = new TreeSet<>(Scrape.of(kiln).names());
        names.add("up"); // Prometheus' own
        var dashboard = ObservabilityFiles.dashboard();
        var alerts =
                ObservabilityFiles.alerts().stream()
                        .map(rule -> rule.at("/expr").asText())
                        .toList();
        assertThat(dashboard).hasSizeGreaterThan(20);
        assertThat(alerts).hasSizeGreaterThan(10);
        for (String expression : Stream.concat(dashboard.stream(), alerts.stream()).toList()) {
            assertThat(PromQl.metrics(expression)).as(expression).isNotEmpty();
            assertThat(names).as(expression).containsAll(PromQl.metrics(expression));
        }
    }

    @Test
    void every_check_of_health_is_documented_with_its_name() throws Exception {
        String page = Files.readString(Path.of("docs/HEALTH.md"));
        var checks = kiln.document("/q/health").at("/checks");
        assertThat(checks.findValuesAsText("name"))
                .contains("start", "loops", "postgres", "kafka", "sandbox", "intake", "doors")
                .allSatisfy(name -> assertThat(page).contains("| `" + name + "` |"));
        assertThat(kiln.get("/q/health/started").statusCode()).isEqualTo(200);
    }

    @Test
    void every_change_of_a_job_is_one_line_that_nothing_in_the_job_can_forge() throws Exception {
        String forged =
                "x\n{\"mdc\":{\"jobId\":\"forged\"}}\n12:00:00 INFO jobId=forged outcome=exited";
        var document =
                job("scripted")
                        .put("tenant", "acme")
                        .put("code", "# code-told\nprint output-told\nexit 3")
                        .put("stdin", "stdin-told");
        document.putObject("labels").put("label-told", "\"}}{\"mdc\":{\"jobId\":\"forged\"}}");
        String id = submit(document);
        kiln.awaitEnd(id);
        document.putObject("labels").put("label-told", forged);
        assertThat(kiln.post("/v1/jobs", document.toString()).statusCode()).isEqualTo(400);
        var named = job("scripted").put("tenant", forged).toString();
        assertThat(kiln.post("/v1/jobs", named).statusCode()).isEqualTo(400);
        try (var topics = new Topics(servers.bootstrapServers())) {
            topics.submit(forged, named);
        }
        await().atMost(SOON)
                .untilAsserted(
                        () ->
                                assertThat(inOrder(LogLines.of(kiln, id)))
                                        .extracting(line -> line.at("/mdc/outcome").asText())
                                        .containsExactly("accepted", "claimed", "exited"));
        var lines = inOrder(LogLines.of(kiln, id));
        assertThat(lines.getFirst().at("/mdc/to").asText()).isEqualTo("QUEUED");
        for (JsonNode line : lines.subList(1, 3)) {
            assertThat(line.at("/mdc").fieldNames())
                    .toIterable()
                    .contains(
                            "jobId",
                            "attempt",
                            "epoch",
                            "worker",
                            "tenant",
                            "language",
                            "from",
                            "to",
                            "outcome",
                            "ms");
        }
        assertThat(lines.getLast().at("/mdc/to").asText()).isEqualTo("FINISHED");
        assertThat(lines.getLast().at("/mdc/exitCode").asText()).isEqualTo("3");
        assertThat(LogLines.of(kiln, "forged")).isEmpty();
        assertThat(kiln.output()).noneMatch(line -> line.matches(".*(code|output|stdin)-told.*"));
    }

    @Test
    void a_job_that_the_platform_fails_and_somebody_retries_and_reruns_has_a_line_for_each()
            throws Exception {
        var before = Scrape.of(kiln);
        String id =
                submit(job("scripted").put("tenant", "acme").put("code", "fault sandbox always"));
        kiln.awaitEnd(id);
        kiln.post("/v1/jobs:retry", "{\"ids\": [\"" + id + "\"]}");
        kiln.awaitEnd(id);
        var rerun = kiln.post("/v1/jobs/" + id + ":rerun", "");
        assertThat(rerun.statusCode()).as(rerun.body()).isEqualTo(202);
        String fresh = JSON.readTree(rerun.body()).at("/id").asText();
        kiln.awaitEnd(fresh);
        var attempts = List.of("claimed", "retry", "claimed", "abandoned");
        var all = Stream.of(List.of("accepted", "retried"), attempts, attempts);
        var expected = all.flatMap(List::stream).toList();
        await().atMost(SOON)
                .untilAsserted(
                        () ->
                                assertThat(inOrder(LogLines.of(kiln, id)))
                                        .extracting(line -> line.at("/mdc/outcome").asText())
                                        .containsExactlyElementsOf(expected));
        assertThat(inOrder(LogLines.of(kiln, id)).stream().skip(1))
                .allSatisfy(
                        line -> {
                            assertThat(line.at("/mdc/tenant").asText()).isEqualTo("acme");
                            assertThat(line.at("/mdc/language").asText()).isEqualTo("scripted");
                        });
        var retried = inOrder(LogLines.of(kiln, id)).get(1);
        assertThat(retried.at("/mdc/from").asText()).isEqualTo("ABANDONED");
        assertThat(retried.at("/mdc/to").asText()).isEqualTo("QUEUED");
        var first = inOrder(LogLines.of(kiln, fresh)).getFirst();
        assertThat(first.at("/mdc/outcome").asText()).isEqualTo("rerun");
        assertThat(first.at("/message").asText()).endsWith("of " + id);
        assertThat(kiln.post("/v1/jobs/" + Jobs.id() + ":rerun", "").statusCode()).isEqualTo(404);
        assertThat(Scrape.of(kiln).growthSince(before, "kiln_jobs_submitted"))
                .isEqualTo(Map.of("kiln_jobs_submitted_total{outcome=\"accepted\"}", 2.0));
    }

    /**
     * Those of the doors first, then those of workers: a job may be claimed before its door has
     * written that it is there.
     */
    private static List<JsonNode> inOrder(List<JsonNode> lines) {
        var doors = Set.of("accepted", "retried", "rerun");
        return lines.stream()
                .sorted(
                        Comparator.comparing(
                                line -> !doors.contains(line.at("/mdc/outcome").asText())))
                .toList();
    }

    private static String ended(String cause, String language, String state) {
        return "kiln_jobs_ended_total{cause=\"%s\",language=\"%s\",state=\"%s\"}"
                .formatted(cause, language, state);
    }

    private static ObjectNode job(String language) {
        return JSON.createObjectNode().put("language", language).put("code", "print x");
    }

    private static String submit(ObjectNode document) throws Exception {
        var answer = kiln.post("/v1/jobs", document.toString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return JSON.readTree(answer.body()).at("/id").asText();
    }

    private static String state(String job) {
        return kiln.job(job).at("/state").asText();
    }
}
