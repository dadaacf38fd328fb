package dev.kiln.intake;

import static dev.kiln.sandbox.ScriptedSandbox.exited;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.job.JobId;
import dev.kiln.job.Lease;
import dev.kiln.store.ClaimStore;
import dev.kiln.store.LeaseStore;
import dev.kiln.store.ResultStore;
import dev.kiln.store.SubmissionStore;
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
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Cancel and retry over HTTP, against a real PostgreSQL. */
@QuarkusTest
@TestProfile(StoreProfile.class)
class CancelHttpIT {
    @TestHTTPResource("/")
    URI server;

    @Inject SubmissionStore submissions;
    @Inject ClaimStore claims;
    @Inject WorkerStore workers;
    @Inject LeaseStore leases;
    @Inject ResultStore results;
    @Inject AgroalDataSource dataSource;

    /** What other tests left would be claimed first. */
    @BeforeEach
    void empty() throws SQLException {
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("truncate job cascade");
        }
    }

    @Test
    void each_state_has_its_own_answer_and_asking_again_changes_none() throws Exception {
        var queued = submit();
        assertAnswer(delete(queued), 200, "CANCELLED");
        assertAnswer(delete(queued), 200, "CANCELLED");

        var running = running();
        assertAnswer(delete(running.job()), 202, "RUNNING");
        assertAnswer(delete(running.job()), 202, "RUNNING");
        results.finish(running, exited(0, "", Jobs.LIMITS));
        var late = delete(running.job());
        assertThat(late.statusCode()).isEqualTo(409);
        assertThat(late.body()).contains("/problems/job-ended", "is FINISHED");

        assertThat(delete(Jobs.id()).statusCode()).isEqualTo(404);
        assertThat(send("DELETE", "v1/jobs/1", "").statusCode()).isEqualTo(400);
    }

    @Test
    void a_polled_job_says_that_it_was_cancelled() throws Exception {
        var id = submit();
        delete(id);
        var job = json(send("GET", "v1/jobs/" + id, ""));
        assertThat(job.at("/state").asText()).isEqualTo("CANCELLED");
        assertThat(Schemas.objections(Schemas.of("job"), job)).isEmpty();
    }

    @Test
    void jobs_to_retry_are_told_one_by_one() throws Exception {
        var abandoned = abandoned();
        var queued = submit();
        var unknown = Jobs.id();
        var answer =
                json(
                        retry(
                                "{\"ids\": [\"%s\", \"%s\", \"%s\"]}"
                                        .formatted(abandoned.job(), queued, unknown)));
        assertThat(answer.at("/retried").asInt()).isEqualTo(1);
        assertThat(answer.at("/jobs/0/state").asText()).isEqualTo("QUEUED");
        assertThat(answer.at("/jobs/1/reason").asText()).contains("is QUEUED: only ABANDONED");
        assertThat(answer.at("/jobs/2/reason").asText()).isEqualTo("there is no such job");
        var history = json(send("GET", "v1/jobs/" + abandoned.job() + "/attempts", ""));
        assertThat(history.at("/attempts/0/fault").asText()).isEqualTo("died");
    }

    @Test
    void jobs_to_retry_may_be_all_there_are() throws Exception {
        abandoned();
        assertThat(json(retry("{\"tenant\": \"nobody\"}")).at("/retried").asInt()).isZero();
        assertThat(json(retry("{\"state\": \"ABANDONED\"}")).at("/retried").asInt()).isPositive();
        assertThat(json(retry("{\"state\": \"ABANDONED\"}")).toString())
                .isEqualTo("{\"retried\":0,\"more\":false}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}|/ids",
                "{\"ids\": []}|/ids",
                "{\"ids\": [\"1\"]}|/ids/0",
                "{\"ids\": [7]}|/ids/0",
                "{\"id\": \"x\"}|/id",
                "{\"state\": \"FINISHED\"}|/state",
                "{\"tenant\": \"a b\"}|/tenant",
                "[]|``"
            })
    void a_request_that_says_nothing_clear_is_refused_with_the_field(String body, String pointer)
            throws Exception {
        var answer = retry(body);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).at("/errors/0/pointer").asText()).isEqualTo(pointer);
        var document = Json.ofBytes(body.getBytes(StandardCharsets.UTF_8));
        if (!body.equals("{}")) {
            assertThat(Schemas.objections(Schemas.of("retry"), document)).isNotEmpty();
        }
    }

    private JobId submit() {
        var job = Jobs.python("pass");
        submissions.insert(List.of(job));
        return job.id();
    }

    private Lease running() {
        var id = submit();
        return Workers.claim(workers, claims, 100, Duration.ofMinutes(5)).stream()
                .map(c -> c.lease())
                .filter(lease -> lease.job().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private Lease abandoned() {
        var lease = running();
        leases.abandon(lease, LeaseStore.By.HOLDER, "died", "gave up: died");
        return lease;
    }

    private static void assertAnswer(HttpResponse<String> answer, int status, String state) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(json(answer).at("/state").asText()).isEqualTo(state);
    }

    private HttpResponse<String> delete(JobId id) throws Exception {
        return send("DELETE", "v1/jobs/" + id, "");
    }

    private HttpResponse<String> retry(String body) throws Exception {
        return send("POST", "v1/jobs:retry", body);
    }

    private HttpResponse<String> send(String method, String path, String body) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create(server + path))
                            .header("Content-Type", "application/json")
                            .method(method, BodyPublishers.ofString(body))
                            .build(),
                    BodyHandlers.ofString());
        }
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return Json.ofBytes(answer.body().getBytes(StandardCharsets.UTF_8));
    }
}
