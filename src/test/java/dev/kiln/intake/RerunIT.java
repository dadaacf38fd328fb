package dev.kiln.intake;

import static dev.kiln.sandbox.ScriptedSandbox.exited;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.job.ClaimedJob;
import dev.kiln.job.Context;
import dev.kiln.job.JobId;
import dev.kiln.store.CancelStore;
import dev.kiln.store.ClaimStore;
import dev.kiln.store.LeaseStore;
import dev.kiln.store.ResultStore;
import dev.kiln.store.WorkerStore;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.StoreProfile;
import dev.kiln.testing.Workers;
import dev.kiln.wire.Json;
import dev.kiln.wire.Schemas;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Jobs are run once more, over HTTP and against a real PostgreSQL. */
@QuarkusTest
@TestProfile(StoreProfile.class)
class RerunIT {
    private static final String WHOLE =
            """
            {"language": "python", "code": "print(1)", "stdin": "in", "args": ["a"], "env": {"B": "c"},
             "files": [{"path": "d", "text": "e"}], "context": {"text": "read me"}, "artifacts": ["out/*"],
             "sandbox": {"timeout": 7.5, "memory_limit": "256m", "output_limit": 0}, "tenant": "acme", "batch": "b",
             "priority": 3, "labels": {"k": "v"}}""";
    private static final String PLAIN = "{\"language\": \"python\", \"code\": \"print(1)\"}";

    @TestHTTPResource("/")
    URI server;

    @Inject ClaimStore claims;
    @Inject WorkerStore workers;
    @Inject LeaseStore leases;
    @Inject ResultStore results;
    @Inject CancelStore cancels;
    @Inject AgroalDataSource dataSource;

    @BeforeEach
    void empty() throws SQLException {
        sql("truncate job, context cascade");
    }

    @Test
    void all_of_the_submission_is_in_the_new_job() throws Exception {
        var old = finished(WHOLE);
        var answer = rerun(id(old));
        assertThat(answer.statusCode()).isEqualTo(202);
        var id = id(answer);
        assertThat(id).isNotEqualTo(id(old));
        assertThat(answer.headers().firstValue("Location")).hasValue("/v1/jobs/" + id);
        assertThat(json(answer).at("/rerun_of").asText()).isEqualTo(id(old).toString());

        var job = json(send("GET", "v1/jobs/" + id, ""));
        assertThat(job.at("/state").asText()).isEqualTo("QUEUED");
        assertThat(job.at("/rerun_of").asText()).isEqualTo(id(old).toString());
        assertThat(Schemas.objections(Schemas.of("job"), job)).isEmpty();

        var again = claim();
        assertThat(again.lease().job()).isEqualTo(id);
        assertThat(again.lease().attempt()).isEqualTo(1);
        var program = again.spec().program();
        assertThat(program.code()).asString().isEqualTo("print(1)");
        assertThat(program.stdin()).asString().isEqualTo("in");
        assertThat(program.args()).containsExactly("a");
        assertThat(program.env()).isEqualTo(Map.of("B", "c"));
        assertThat(program.files()).singleElement().extracting("path").isEqualTo("d");
        assertThat(((Context.Inline) program.context()).content()).asString().isEqualTo("read me");
        assertThat(again.spec().limits().wall()).isEqualTo(Duration.ofMillis(7_500));
        assertThat(again.spec().limits().memoryBytes()).isEqualTo(256L << 20);
        assertThat(again.spec().limits().outputBytes()).isZero();
        var listed = json(send("GET", "v1/jobs?tenant=acme&batch=b&label=k%3Dv", ""));
        assertThat(listed.at("/jobs")).hasSize(2);
        assertThat(listed.at("/jobs/0/priority").asInt()).isEqualTo(3);

        results.finish(again.lease(), exited(0, "", Jobs.LIMITS));
        assertThat(state(id(old))).isEqualTo("FINISHED");
        assertThat(state(id)).isEqualTo("FINISHED");
        assertThat(rerun(id).statusCode()).isEqualTo(202);
    }

    @Test
    void every_end_allows_it_and_nothing_else_does() throws Exception {
        var queued = post(PLAIN);
        assertNotEnded(rerun(id(queued)));
        var running = claim();
        assertNotEnded(rerun(id(queued)));
        leases.abandon(running.lease(), LeaseStore.By.HOLDER, "died", "gave up: died");
        assertThat(rerun(id(queued)).statusCode()).isEqualTo(202);

        var cancelled = post(PLAIN);
        cancels.cancel(id(cancelled));
        assertThat(rerun(id(cancelled)).statusCode()).isEqualTo(202);
    }

    @Test
    void when_the_old_job_was_to_run_says_nothing_about_the_new_one() throws Exception {
        var late =
                post(
                        "{\"language\": \"python\", \"code\": \"1\", \"run_at\": \"2030-01-01T00:00:00Z\", \"deadline\": \"2031-01-01T00:00:00Z\"}");
        sql("update job set deadline = now() - interval '1 second'");
        leases.expireLate(10);
        assertThat(state(id(late))).isEqualTo("EXPIRED");
        var fresh = id(rerun(id(late)));
        assertThat(leases.expireLate(10)).isZero();
        assertThat(claim().lease().job()).isEqualTo(fresh);
    }

    @Test
    void a_context_is_held_for_the_new_job_or_asked_for_again() throws Exception {
        byte[] content = "corpus".getBytes(StandardCharsets.UTF_8);
        String hash =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        send("PUT", "v1/contexts/" + hash, "corpus");
        var old =
                finished(
                        "{\"language\": \"python\", \"code\": \"1\", \"context\": {\"sha256\": \"%s\"}}"
                                .formatted(hash));
        var fresh = id(rerun(id(old)));
        assertThat(count("context_use where job_id = '" + fresh + "'")).isEqualTo(1);
        assertThat(((Context.Uploaded) claim().spec().program().context()).sha256())
                .isEqualTo(hash);

        sql("delete from context_use");
        sql("delete from context");
        var gone = rerun(id(old));
        assertThat(gone.statusCode()).isEqualTo(410);
        assertThat(json(gone).at("/type").asText()).isEqualTo("/problems/context-gone");
        assertThat(json(gone).at("/detail").asText())
                .contains("PUT /v1/contexts/" + hash + "?tenant=default");
        assertThat(count("job")).isEqualTo(2);
        send("PUT", "v1/contexts/" + hash, "corpus");
        assertThat(rerun(id(old)).statusCode()).isEqualTo(202);
    }

    @Test
    void what_the_policy_no_longer_allows_is_refused_with_the_field() throws Exception {
        var old = finished(PLAIN);
        sql("update job_payload set timeout_ms = 1000000000");
        sql("update job set network = true");
        var answer = rerun(id(old));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).at("/errors/0/pointer").asText()).isEqualTo("/sandbox/timeout");
        assertThat(json(answer).at("/errors/1/pointer").asText())
                .isEqualTo("/sandbox/network_enabled");
        assertThat(count("job")).isEqualTo(1);
    }

    @Test
    void who_waits_is_told_how_it_stands_when_the_time_is_up() throws Exception {
        var old = finished(PLAIN);
        var answer = send("POST", "v1/jobs/" + id(old) + ":rerun?wait=0.05", "");
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(json(answer).at("/state").asText()).isEqualTo("QUEUED");
        var wrong = send("POST", "v1/jobs/" + id(old) + ":rerun?wait=61", "");
        assertThat(wrong.statusCode()).isEqualTo(400);
        assertThat(count("job")).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "01993f5e-7a10-7c3e-9d1f-3b2a51c0ff00, 404, unknown-job",
        "1, 400, invalid-request"
    })
    void an_id_that_names_no_job_is_a_problem(String id, int status, String type) throws Exception {
        var answer = send("POST", "v1/jobs/" + id + ":rerun", "");
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(json(answer).at("/type").asText()).isEqualTo("/problems/" + type);
    }

    private void assertNotEnded(HttpResponse<String> answer) throws SQLException {
        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(json(answer).at("/type").asText()).isEqualTo("/problems/job-not-ended");
        assertThat(count("job")).isEqualTo(1);
    }

    private HttpResponse<String> finished(String document) throws Exception {
        var accepted = post(document);
        results.finish(claim().lease(), exited(0, "", Jobs.LIMITS));
        return accepted;
    }

    private ClaimedJob claim() {
        return Workers.claim(workers, claims, 1, Duration.ofMinutes(5)).getFirst();
    }

    private String state(JobId id) throws Exception {
        return json(send("GET", "v1/jobs/" + id, "")).at("/state").asText();
    }

    private HttpResponse<String> post(String document) throws Exception {
        var answer = send("POST", "v1/jobs", document);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return answer;
    }

    private HttpResponse<String> rerun(JobId id) throws Exception {
        return send("POST", "v1/jobs/" + id + ":rerun", "");
    }

    private HttpResponse<String> send(String method, String path, String body) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(server.resolve(path))
                            .header(
                                    "Content-Type",
                                    method.equals("PUT")
                                            ? "application/octet-stream"
                                            : "application/json")
                            .method(method, BodyPublishers.ofString(body))
                            .build(),
                    BodyHandlers.ofString());
        }
    }

    private static JobId id(HttpResponse<String> answer) {
        return JobId.parse(json(answer).at("/id").asText());
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return Json.ofBytes(answer.body().getBytes(StandardCharsets.UTF_8));
    }

    private void sql(String statement) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement()) {
            s.execute(statement);
        }
    }

    private int count(String table) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement();
                var row = s.executeQuery("select count(*) from " + table)) {
            row.next();
            return row.getInt(1);
        }
    }
}
