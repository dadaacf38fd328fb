package dev.kiln;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.RealProfile;
import dev.kiln.testing.Servers;
import dev.kiln.testing.Topics;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The main job from door to door, with nothing simulated: Kafka, HTTP, Postgres, Docker Engine,
 * gVisor.
 */
@QuarkusTest
@TestProfile(RealProfile.class)
class WholeWayIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static Topics topics;

    @TestHTTPResource("/")
    URI server;

    @BeforeAll
    static void connect() {
        topics = new Topics(Servers.bootstrapServers());
    }

    @AfterAll
    static void disconnect() {
        topics.close();
        HTTP.close();
    }

    @Test
    void a_job_over_http_is_durable_at_once_and_its_result_is_polled() throws Exception {
        var accepted = post("/v1/jobs", python("print(input()[::-1])").put("stdin", "abc\n"));
        assertThat(accepted.statusCode()).isEqualTo(202);
        String location = accepted.headers().firstValue("Location").orElseThrow();
        String id = JSON.readTree(accepted.body()).at("/id").asText();
        assertThat(location).endsWith("/v1/jobs/" + id);
        assertThat(get("/v1/jobs/" + id).statusCode()).isEqualTo(200);

        JsonNode job = awaitEnd(id);
        assertThat(job.at("/state").asText()).isEqualTo("FINISHED");
        JsonNode result = job.at("/result");
        assertThat(result.at("/stdout").asText()).isEqualTo("cba\n");
        assertThat(result.at("/exit_code").asInt(-1)).isZero();
        assertThat(result.at("/success").asBoolean()).isTrue();
        assertThat(result.at("/timed_out").asBoolean(true)).isFalse();
        assertThat(result.at("/oom_killed").asBoolean(true)).isFalse();
        assertThat(result.at("/runtime/name").asText()).isEqualTo("runsc");
        assertThat(result.at("/image").asText()).startsWith("sha256:");
        assertThat(result.at("/limits/memory_limit").asLong()).isEqualTo(512L << 20);
        assertThat(result.at("/peak_memory_bytes").asLong()).isPositive();
        assertThat(result.at("/cpu_ms").asLong()).isPositive();
    }

    @Test
    void a_record_on_the_topic_comes_back_as_a_completion_event_and_by_polling() throws Exception {
        String id = Jobs.id().toString();
        topics.submit(id, python("import numpy; print(numpy.arange(10).sum())").toString());
        var record = topics.await("kiln.completions", r -> id.equals(r.key()));
        assertThat(record.headers().lastHeader("traceparent")).as("tracing is off").isNull();
        var event = JSON.readTree(record.value());
        assertThat(event.at("/data/result/termination").asText()).isEqualTo("exited");
        assertThat(awaitEnd(id).at("/result/stdout").asText()).isEqualTo("45\n");
    }

    @Test
    void every_way_a_program_can_end_has_its_verdict() throws Exception {
        String raised = submit(python("raise ValueError('no')"));
        String endless = submit(limited("while True: pass", "timeout", 1));
        String hog = submit(limited("b = b'x' * (1 << 30)", "memory_limit", "96m"));
        String killed = submit(python("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"));
        String fake = submit(python("import sys; sys.exit(137)"));

        JsonNode traceback = awaitEnd(raised).at("/result");
        assertThat(traceback.at("/termination").asText()).isEqualTo("exited");
        assertThat(traceback.at("/exit_code").asInt()).isEqualTo(1);
        assertThat(traceback.at("/stderr").asText()).contains("ValueError: no");

        JsonNode late = awaitEnd(endless).at("/result");
        assertThat(late.at("/termination").asText()).isEqualTo("timed_out");
        assertThat(late.at("/timed_out").asBoolean()).isTrue();
        assertThat(late.at("/exit_code").isNull()).isTrue();
        assertThat(late.at("/evidence/limit").asText()).isEqualTo("timeout");
        assertThat(late.at("/evidence/killed_by").asText()).isEqualTo("worker");

        JsonNode big = awaitEnd(hog).at("/result");
        assertThat(big.at("/termination").asText()).isEqualTo("out_of_memory");
        assertThat(big.at("/oom_killed").asBoolean()).isTrue();
        assertThat(big.at("/evidence/limit").asText()).isEqualTo("memory_limit");

        JsonNode signalled = awaitEnd(killed).at("/result");
        assertThat(signalled.at("/termination").asText()).isEqualTo("signalled");
        assertThat(signalled.at("/signal").asInt()).isEqualTo(11);
        assertThat(signalled.at("/exit_code").asInt()).isEqualTo(139);

        JsonNode own = awaitEnd(fake).at("/result");
        assertThat(own.at("/termination").asText()).isEqualTo("exited");
        assertThat(own.at("/exit_code").asInt()).isEqualTo(137);
        assertThat(own.at("/oom_killed").asBoolean(true)).isFalse();
    }

    @Test
    void output_that_is_no_text_comes_back_byte_for_byte() throws Exception {
        String id = submit(python("import sys; sys.stdout.buffer.write(b'a\\0\\xff')"));
        JsonNode result = awaitEnd(id).at("/result");
        assertThat(result.at("/stdout_utf8").asBoolean(true)).isFalse();
        assertThat(result.at("/stdout_bytes").asInt()).isEqualTo(3);
        assertThat(result.at("/stdout_base64").binaryValue())
                .isEqualTo(new byte[] {'a', 0, (byte) 0xff});
        var raw =
                HTTP.send(
                        request("/v1/jobs/" + id + "/stdout").build(), BodyHandlers.ofByteArray());
        assertThat(raw.body()).isEqualTo(new byte[] {'a', 0, (byte) 0xff});
    }

    @Test
    void a_batch_over_http_runs_and_a_bad_line_harms_only_itself() throws Exception {
        String lines =
                python("print(1)") + "\n{\"language\":\"python\"}\n" + python("print(3)") + "\n";
        var answer =
                HTTP.send(
                        request("/v1/batches")
                                .header("Content-Type", "application/x-ndjson")
                                .header("Accept", "application/json")
                                .POST(BodyPublishers.ofString(lines))
                                .build(),
                        BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(202);
        JsonNode batch = JSON.readTree(answer.body());
        assertThat(batch.at("/jobs")).hasSize(2);
        assertThat(batch.at("/errors/0/line").asInt()).isEqualTo(2);
        assertThat(batch.at("/errors/0/errors/0/pointer").asText()).isEqualTo("/code");
        assertThat(awaitEnd(batch.at("/jobs/1/id").asText()).at("/result/stdout").asText())
                .isEqualTo("3\n");
    }

    @Test
    void bad_requests_are_answered_with_problems_that_name_the_field() throws Exception {
        assertProblem(post("/v1/jobs", "{\"language\":"), 400, "");
        assertProblem(post("/v1/jobs", python("1").put("language", "cobol")), 400, "/language");
        assertProblem(post("/v1/jobs", python("1").put("memory", 1)), 400, "/memory");
        assertProblem(post("/v1/jobs", "{\"language\":\"python\"}"), 400, "/code");
        assertProblem(post("/v1/jobs", limited("1", "timeout", 1e6)), 400, "/sandbox/timeout");
        assertProblem(post("/v1/jobs", python("1").put("stdin", "x".repeat(17 << 20))), 413, "");
        assertProblem(get("/v1/jobs/" + Jobs.id()), 404, "");
        assertProblem(get("/v1/jobs/no-uuid"), 400, "");

        var first = python("print(1)").put("id", Jobs.id().toString());
        assertThat(post("/v1/jobs", first).statusCode()).isEqualTo(202);
        assertThat(post("/v1/jobs", first).statusCode()).isBetween(200, 202);
        assertProblem(post("/v1/jobs", first.put("code", "print(2)")), 409, "/id");
    }

    @Test
    void a_strange_host_or_origin_is_refused() throws Exception {
        var foreign =
                HTTP.send(
                        request("/v1/jobs/" + Jobs.id())
                                .header("Origin", "https://evil.example")
                                .build(),
                        BodyHandlers.ofString());
        assertThat(foreign.statusCode()).isEqualTo(403);
    }

    @Test
    void the_api_describes_itself() throws Exception {
        assertThat(get("/q/openapi").body()).contains("/v1/jobs", "/v1/batches");
        assertThat(get("/q/health/ready").statusCode()).isEqualTo(200);
    }

    private static void assertProblem(HttpResponse<String> response, int status, String pointer)
            throws IOException {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type").orElse(""))
                .startsWith("application/problem+json");
        JsonNode problem = JSON.readTree(response.body());
        assertThat(problem.at("/status").asInt()).isEqualTo(status);
        assertThat(problem.at("/type").asText()).startsWith("/problems/");
        if (!pointer.isEmpty()) {
            assertThat(problem.at("/errors/0/pointer").asText()).isEqualTo(pointer);
        }
    }

    private static ObjectNode python(String code) {
        return JSON.createObjectNode().put("language", "python").put("code", code);
    }

    private static ObjectNode limited(String code, String limit, Object value) {
        var job = python(code);
        job.putObject("sandbox").putPOJO(limit, value);
        return job;
    }

    private String submit(ObjectNode job) throws Exception {
        return JSON.readTree(post("/v1/jobs", job).body()).at("/id").asText();
    }

    private JsonNode awaitEnd(String id) {
        return await().atMost(Duration.ofSeconds(60))
                .until(
                        () -> JSON.readTree(get("/v1/jobs/" + id).body()),
                        job -> !job.at("/finished_at").isNull() && job.has("finished_at"));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.resolve(path));
    }

    private HttpResponse<String> get(String path) throws Exception {
        return HTTP.send(request(path).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, Object body) throws Exception {
        return HTTP.send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body.toString()))
                        .build(),
                BodyHandlers.ofString());
    }
}
