package dev.kiln;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.KilnProcess;
import dev.kiln.testing.OwnServers;
import dev.kiln.testing.Topics;
import dev.kiln.testing.TraceCollector;
import dev.kiln.testing.TraceCollector.Span;
import dev.kiln.testing.WorkerHome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * One trace of a job over two processes that share nothing but Postgres, as a collector gets it:
 * from whoever submits to whoever hears of the end.
 */
class TracingIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String DOORS = "kiln-doors";
    private static final String WORKER = "kiln-worker";

    private static OwnServers servers;
    private static WorkerHome home;
    private static TraceCollector collector;
    private static KilnProcess doors;
    private static KilnProcess worker;
    private static Topics topics;

    @BeforeAll
    static void start() throws Exception {
        servers = new OwnServers();
        home = new WorkerHome();
        collector = new TraceCollector();
        doors =
                kiln(
                        DOORS,
                        Map.of(
                                "KILN_ROLES", "api,intake,relay",
                                "KILN_WEBHOOKS_SECRETS_ACME",
                                        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                "KILN_WEBHOOKS_ALLOW_PRIVATE", "true",
                                "KILN_WEBHOOKS_ALLOW_HTTP", "true"));
        worker = kiln(WORKER, Map.of("KILN_ROLES", "worker", "KILN_CLAIM_BACKOFF", "100ms"));
        doors.awaitReady();
        worker.awaitReady();
        topics = new Topics(servers.bootstrapServers());
    }

    private static KilnProcess kiln(String name, Map<String, String> own) {
        return KilnProcess.start(
                home.path().resolve(name),
                servers.environment(),
                Map.of(
                        "KILN_HOME", home.path().toString(),
                        "KILN_SANDBOX_SCRIPTED", "true",
                        "KILN_LOG_FORMAT", "json",
                        "KILN_TRACING_ENDPOINT", collector.endpoint(),
                        "KILN_TRACING_PROTOCOL", "http",
                        "QUARKUS_OTEL_BSP_SCHEDULE_DELAY", "200ms",
                        "QUARKUS_OTEL_SERVICE_NAME", name),
                own);
    }

    @AfterAll
    static void stop() throws Exception {
        topics.close();
        worker.close();
        doors.close();
        collector.close();
        servers.close();
        home.close();
    }

    @Test
    void a_request_and_all_that_follows_from_it_are_one_trace() {
        var client = Client.recorded();
        String document =
                """
                {"language": "python", "tenant": "acme", "code": "import sys; print('out' + 'put-told'); sys.exit(3) # code-told",
                 "stdin": "stdin-told", "env": {"SECRET": "env-told"}, "labels": {"label": "label-told"}, "webhook": {"url": "%s?url-told"}}
                """
                        .formatted(collector.hook());
        String id = submit(document, client.traceparent());
        var record = completion(id);
        var request = awaitSpan(client.trace, named("POST /v1/jobs"));
        var queue = awaitSpan(client.trace, named("kiln.queue"));
        var attempt = awaitSpan(client.trace, named("kiln.attempt"));
        var start = awaitSpan(client.trace, named("kiln.sandbox.start"));
        var run = awaitSpan(client.trace, named("kiln.sandbox.run"));
        var commit = awaitSpan(client.trace, named("kiln.commit"));
        var sent = awaitSpan(client.trace, named("send kiln.completions"));
        var posted = awaitSpan(client.trace, named("POST"));

        assertThat(request.parent()).isEqualTo(client.span);
        assertThat(List.of(queue, attempt, sent, posted))
                .extracting(Span::parent)
                .containsOnly(request.id());
        assertThat(List.of(start, run, commit)).extracting(Span::parent).containsOnly(attempt.id());
        assertThat(Topics.header(record, "traceparent"))
                .isEqualTo("00-%s-%s-01".formatted(client.trace, sent.id()));
        assertThat(collector.posts())
                .containsExactly("00-%s-%s-01".formatted(client.trace, posted.id()));
        assertThat(collector.spans(client.trace)).hasSize(8);

        assertThat(List.of(request, sent, posted)).extracting(Span::service).containsOnly(DOORS);
        assertThat(List.of(queue, attempt, start, run, commit))
                .extracting(Span::service)
                .containsOnly(WORKER);
        assertThat(request.kind()).isEqualTo("SERVER");
        assertThat(attempt.kind()).isEqualTo("INTERNAL");
        assertThat(sent.kind()).isEqualTo("PRODUCER");
        assertThat(start.end()).isEqualTo(run.start());
        assertThat(run.end() - run.start()).isPositive();
        assertThat(attempt.start()).isLessThanOrEqualTo(commit.start());
        assertThat(commit.end()).isLessThanOrEqualTo(attempt.end());

        assertThat(request.attributes())
                .containsEntry("http.request.method", "POST")
                .containsEntry("http.route", "/v1/jobs")
                .containsEntry("http.response.status_code", "202")
                .containsEntry("kiln.state", "QUEUED");
        assertThat(List.of(request, queue, attempt))
                .allSatisfy(
                        span ->
                                assertThat(span.attributes())
                                        .containsEntry("kiln.job.id", id)
                                        .containsEntry("kiln.tenant", "acme")
                                        .containsEntry("kiln.language", "python"));
        assertThat(attempt.attributes())
                .containsEntry("kiln.attempt", "1")
                .containsEntry("kiln.epoch", "1")
                .containsEntry("kiln.state", "FINISHED")
                .containsEntry("kiln.cause", "exited")
                .containsEntry("process.exit.code", "3");
        assertThat(attempt.error()).as("a program that fails is a result").isFalse();
        assertThat(sent.attributes())
                .containsEntry("messaging.system", "kafka")
                .containsEntry("messaging.destination.name", "kiln.completions")
                .containsEntry("kiln.state", "FINISHED")
                .containsEntry("kiln.cause", "exited");
        assertThat(posted.kind()).isEqualTo("CLIENT");
        assertThat(posted.attributes())
                .containsEntry("server.address", "127.0.0.1")
                .containsEntry("http.response.status_code", "204")
                .containsEntry("kiln.state", "FINISHED");
        assertThat(collector.spans(client.trace).toString()).doesNotContain("told");
    }

    @Test
    void a_record_goes_on_in_its_producers_trace_and_begins_one_where_there_is_none() {
        var client = Client.recorded();
        String traced = Jobs.id().toString();
        String alone = Jobs.id().toString();
        topics.submit(traced, script("print x"), "traceparent", bytes(client.traceparent()));
        topics.submit(alone, script("print x"));
        var record = completion(traced);
        var taken = awaitSpan(client.trace, named("process kiln.jobs"));
        assertThat(taken.parent()).isEqualTo(client.span);
        assertThat(taken.kind()).isEqualTo("CONSUMER");
        assertThat(taken.attributes())
                .containsEntry("messaging.destination.name", "kiln.jobs")
                .containsEntry("kiln.job.id", traced)
                .containsEntry("kiln.cause", "accepted")
                .containsKey("messaging.kafka.offset");
        assertThat(awaitSpan(client.trace, named("kiln.attempt")).parent()).isEqualTo(taken.id());
        assertThat(Topics.header(record, "traceparent")).contains(client.trace);

        var begun = rootOf(alone);
        assertThat(begun.name()).isEqualTo("process kiln.jobs");
        assertThat(begun.trace()).isNotEqualTo(client.trace);
        assertThat(awaitSpan(begun.trace(), named("kiln.attempt")).parent()).isEqualTo(begun.id());
    }

    @Test
    void a_traceparent_that_is_none_is_as_if_it_were_not_there() {
        List<byte[]> hostile =
                List.of(
                        new byte[0],
                        new byte[] {0, (byte) 0xff, '\n', '%', 's'},
                        bytes("x".repeat(500_000)),
                        bytes("00-" + "0".repeat(32) + "-b7ad6b7169203331-01"),
                        bytes("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"),
                        bytes("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                        bytes("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'; drop"));
        List<String> jobs = new ArrayList<>();
        for (byte[] header : hostile) {
            String id = Jobs.id().toString();
            topics.submit(id, script("print x"), "traceparent", header);
            jobs.add(id);
        }
        jobs.add(submit(script("print x"), "00-" + "z".repeat(32) + "-b7ad6b7169203331-01"));
        for (String id : jobs) {
            assertThat(doors.awaitEnd(id).at("/state").asText()).isEqualTo("FINISHED");
            var root = rootOf(id);
            assertThat(root.trace()).doesNotContainIgnoringCase("0af7651916cd43dd");
            assertThat(Topics.header(completion(id), "traceparent")).contains(root.trace());
        }
    }

    @Test
    void each_attempt_is_a_span_of_its_own_in_the_same_trace() {
        var client = Client.recorded();
        String id = submit(script("fault-first 1 sandbox once\\nprint x"), client.traceparent());
        completion(id);
        var first =
                awaitSpan(
                        client.trace,
                        named("kiln.attempt").and(span -> "1".equals(span.get("kiln.attempt"))));
        var second =
                awaitSpan(
                        client.trace,
                        named("kiln.attempt").and(span -> "2".equals(span.get("kiln.attempt"))));
        assertThat(first.error()).isTrue();
        assertThat(first.attributes())
                .containsEntry("kiln.state", "QUEUED")
                .containsEntry("kiln.cause", "retry")
                .containsEntry("error.type", "retry");
        assertThat(second.error()).isFalse();
        assertThat(second.attributes())
                .containsEntry("kiln.state", "FINISHED")
                .containsEntry("kiln.epoch", "2");
        assertThat(second.parent()).isEqualTo(first.parent());
        assertThat(second.start()).isGreaterThanOrEqualTo(first.end());
    }

    @Test
    void the_jobs_of_a_batch_are_in_the_trace_of_its_request() {
        var client = Client.recorded();
        String lines = (script("print x") + "\n").repeat(3);
        var answer = doors.post("/v1/batches", "application/x-ndjson", lines, client.traceparent());
        assertThat(answer.statusCode()).isEqualTo(202);
        await().atMost(SOON)
                .untilAsserted(
                        () ->
                                assertThat(all(client.trace, named("send kiln.completions")))
                                        .hasSize(3));
        var request = awaitSpan(client.trace, span -> span.kind().equals("SERVER"));
        assertThat(request.events().toString()).contains("kiln.admitted{kiln.jobs.accepted=3}");
        assertThat(all(client.trace, named("kiln.attempt")))
                .hasSize(3)
                .extracting(Span::parent)
                .containsOnly(request.id());
    }

    @Test
    void a_rerun_refers_to_the_trace_of_the_old_job() {
        var first = Client.recorded();
        var second = Client.recorded();
        String id = submit(script("print x"), first.traceparent());
        completion(id);
        var answer =
                doors.post(
                        "/v1/jobs/" + id + ":rerun", "application/json", "", second.traceparent());
        assertThat(answer.statusCode()).isEqualTo(202);
        var request = awaitSpan(second.trace, span -> span.kind().equals("SERVER"));
        assertThat(request.links()).containsExactly(first.trace);
        assertThat(awaitSpan(second.trace, named("kiln.attempt")).parent()).isEqualTo(request.id());
    }

    @Test
    void a_trace_that_its_beginner_does_not_record_goes_through_unrecorded() {
        var client = new Client("00");
        String id = submit(script("print x"), client.traceparent());
        assertThat(Topics.header(completion(id), "traceparent"))
                .startsWith("00-" + client.trace)
                .endsWith("-00");
        // What comes after it is there.
        var recorded = Client.recorded();
        completion(submit(script("print x"), recorded.traceparent()));
        awaitSpan(recorded.trace, named("send kiln.completions"));
        awaitSpan(recorded.trace, named("kiln.attempt"));
        assertThat(collector.spans(client.trace)).isEmpty();
    }

    @Test
    void histograms_have_traces_for_examples() {
        var client = Client.recorded();
        completion(submit(script("print x"), client.traceparent()));
        awaitSpan(client.trace, named("kiln.attempt"));
        var example =
                Pattern.compile("kiln_job_(\\w+)_seconds_bucket\\{[^}]*} \\S+ # \\{([^}]*)} .*");
        Map<String, String> examples = new HashMap<>();
        String scrape = worker.get("/q/metrics").body();
        scrape.lines()
                .map(example::matcher)
                .filter(matcher -> matcher.matches())
                .forEach(matcher -> examples.put(matcher.group(1), matcher.group(2)));
        assertThat(examples.keySet()).contains("wait", "start", "run", "end_to_end");
        var known = collector.spans().stream().map(Span::trace).distinct().toList();
        assertThat(examples.values())
                .allSatisfy(
                        labels -> {
                            var id = Pattern.compile("trace_id=\"([0-9a-f]{32})\"").matcher(labels);
                            assertThat(id.find()).as(labels).isTrue();
                            assertThat(known).contains(id.group(1));
                        });
    }

    @Test
    void each_line_of_a_job_has_its_trace() {
        var client = Client.recorded();
        String id = submit(script("print x"), client.traceparent());
        completion(id);
        await().atMost(SOON).untilAsserted(() -> assertThat(lines(worker, id)).hasSize(2));
        assertThat(lines(worker, id))
                .extracting(line -> line.at("/mdc/outcome").asText())
                .containsExactly("claimed", "exited");
        List<JsonNode> all = new ArrayList<>(lines(doors, id));
        assertThat(all).extracting(line -> line.at("/mdc/outcome").asText()).contains("accepted");
        all.addAll(lines(worker, id));
        assertThat(all)
                .extracting(line -> line.at("/mdc/traceId").asText())
                .containsOnly(client.trace);
    }

    private static List<JsonNode> lines(KilnProcess kiln, String id) {
        return kiln.output().stream()
                .filter(line -> line.startsWith("{") && line.contains(id))
                .map(TracingIT::json)
                .filter(line -> line.at("/mdc/jobId").asText().equals(id))
                .toList();
    }

    /** Who submits, in a trace of its own. */
    private record Client(String trace, String span, String flags) {
        Client(String flags) {
            this(random(16), random(8), flags);
        }

        static Client recorded() {
            return new Client("01");
        }

        String traceparent() {
            return "00-%s-%s-%s".formatted(trace, span, flags);
        }

        private static String random(int bytes) {
            byte[] id = new byte[bytes];
            ThreadLocalRandom.current().nextBytes(id);
            id[0] = 1;
            return HexFormat.of().formatHex(id);
        }
    }

    private static String submit(String document, String traceparent) {
        var answer = doors.post("/v1/jobs", "application/json", document, traceparent);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return json(answer.body()).at("/id").asText();
    }

    private static String script(String code) {
        return "{\"language\": \"scripted\", \"code\": \"%s\"}".formatted(code);
    }

    private static ConsumerRecord<String, String> completion(String id) {
        return topics.await("kiln.completions", record -> id.equals(record.key()));
    }

    private static Predicate<Span> named(String name) {
        return span -> span.name().equals(name);
    }

    private static List<Span> all(String trace, Predicate<Span> wanted) {
        return collector.spans(trace).stream().filter(wanted).toList();
    }

    private static Span awaitSpan(String trace, Predicate<Span> wanted) {
        return await().atMost(SOON)
                .until(() -> all(trace, wanted), found -> !found.isEmpty())
                .getFirst();
    }

    /** The span with which Kiln began the trace of a job. */
    private static Span rootOf(String id) {
        return await().atMost(SOON)
                .until(
                        () ->
                                collector.spans().stream()
                                        .filter(span -> id.equals(span.get("kiln.job.id")))
                                        .filter(span -> span.parent().isEmpty())
                                        .toList(),
                        found -> !found.isEmpty())
                .getFirst();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }
}
