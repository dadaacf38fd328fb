package dev.kiln.poll;

import static dev.kiln.sandbox.ScriptedSandbox.exited;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.job.JobId;
import dev.kiln.job.Lease;
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
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Batches as a whole, over HTTP and against a real PostgreSQL. */
@QuarkusTest
@TestProfile(StoreProfile.class)
class BatchIT {
    private static final Duration LEASE = Duration.ofMinutes(5);

    /** More than one page. */
    private static final int MANY = 1201;

    @TestHTTPResource("/")
    URI server;

    @Inject ClaimStore claims;
    @Inject WorkerStore workers;
    @Inject LeaseStore leases;
    @Inject ResultStore results;
    @Inject AgroalDataSource dataSource;

    @BeforeEach
    void empty() throws SQLException {
        sql("truncate job, batch cascade");
    }

    @Test
    void it_tells_how_far_its_jobs_have_come_and_why_they_ended() throws Exception {
        submit("b", "default", 5);
        submit("b", "other", 1);
        submit("c", "default", 1);
        var running = claimed("b", 4);
        results.finish(running.get(0), exited(0, "one\n", Jobs.LIMITS));
        results.finish(running.get(1), exited(3, "", Jobs.LIMITS));
        leases.abandon(running.get(2), LeaseStore.By.HOLDER, "died", "gave up: died");

        var batch = json(get("v1/batches/b"));
        assertThat(batch.at("/tenant").asText()).isEqualTo("default");
        assertThat(batch.at("/jobs").asInt()).isEqualTo(5);
        assertThat(batch.at("/ended").asInt()).isEqualTo(3);
        assertThat(batch.at("/succeeded").asInt()).isEqualTo(1);
        assertThat(batch.at("/progress").asDouble()).isEqualTo(0.6);
        assertThat(batch.at("/states"))
                .isEqualTo(
                        of(
                                "{'QUEUED': 1, 'RUNNING': 1, 'FINISHED': 2, 'CANCELLED': 0, 'ABANDONED': 1, 'EXPIRED': 0}"));
        assertThat(batch.at("/causes/exited").asInt()).isEqualTo(2);
        assertThat(batch.at("/causes/timed_out").asInt()).isZero();
        assertThat(batch.at("/submitted_at").isTextual()).isTrue();
        assertThat(batch.at("/finished_at").isNull()).isTrue();
        assertThat(batch.at("/duration_ms").isNull()).isTrue();

        results.finish(running.get(3), exited(0, "", Jobs.LIMITS));
        results.finish(claimed("b", 1).getFirst(), exited(0, "", Jobs.LIMITS));
        var ended = json(get("v1/batches/b"));
        assertThat(ended.at("/progress").asDouble()).isEqualTo(1.0);
        assertThat(ended.at("/finished_at").isTextual()).isTrue();
        assertThat(ended.at("/duration_ms").isNumber()).isTrue();
        assertThat(json(get("v1/batches/b?tenant=other")).at("/jobs").asInt()).isEqualTo(1);
    }

    @Test
    void its_results_are_a_line_each_in_the_order_of_ids_and_can_be_gone_on_with()
            throws Exception {
        submit("b", "default", MANY);
        submit("b", "other", 3);
        for (Lease lease : claimed("b", 2)) {
            results.finish(lease, exited(0, "out\n", Jobs.LIMITS));
        }
        assertThat(lines(get("v1/batches/b/results"))).hasSize(2);

        sql("update job set state = 'CANCELLED', finished_at = now() where state = 'QUEUED'");
        var answer = get("v1/batches/b/results");
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow())
                .startsWith("application/x-ndjson");
        var lines = lines(answer);
        assertThat(lines).hasSize(MANY);
        assertThat(Schemas.objections(Schemas.of("job"), lines.getFirst())).isEmpty();
        var ids = lines.stream().map(line -> JobId.parse(line.at("/id").asText())).toList();
        assertThat(ids).isSorted().doesNotHaveDuplicates();
        assertThat(lines)
                .filteredOn(line -> line.at("/state").asText().equals("FINISHED"))
                .hasSize(2)
                .allMatch(line -> line.at("/result/stdout").asText().equals("out\n"));

        var rest = lines(get("v1/batches/b/results?after=" + ids.get(700)));
        assertThat(rest).isEqualTo(lines.subList(701, MANY));
        assertThat(lines(get("v1/batches/b/results?after=" + ids.getLast()))).isEmpty();
    }

    @Test
    void cancelled_its_queued_jobs_end_at_once_and_its_running_ones_are_stopped() throws Exception {
        submit("b", "default", MANY);
        submit("b", "other", 1);
        var running = claimed("b", 2);
        results.finish(running.getFirst(), exited(0, "", Jobs.LIMITS));

        var first = json(send("DELETE", "v1/batches/b", ""));
        assertThat(first.at("/cancelled").asInt() + first.at("/requested").asInt()).isEqualTo(1000);
        assertThat(first.at("/more").asBoolean()).isTrue();
        var second = json(send("DELETE", "v1/batches/b", ""));
        assertThat(second.at("/more").asBoolean()).isFalse();
        assertThat(first.at("/cancelled").asInt() + second.at("/cancelled").asInt())
                .isEqualTo(MANY - 2);
        assertThat(first.at("/requested").asInt() + second.at("/requested").asInt()).isEqualTo(1);
        assertThat(json(send("DELETE", "v1/batches/b", "")))
                .isEqualTo(of("{'cancelled': 0, 'requested': 0, 'more': false}"));

        var batch = json(get("v1/batches/b"));
        assertThat(batch.at("/states/CANCELLED").asInt()).isEqualTo(MANY - 2);
        assertThat(batch.at("/states/RUNNING").asInt()).isEqualTo(1);
        assertThat(batch.at("/states/FINISHED").asInt()).isEqualTo(1);
        assertThat(json(get("v1/batches/b?tenant=other")).at("/states/QUEUED").asInt())
                .isEqualTo(1);
        leases.putBack(running.getLast(), LeaseStore.By.HOLDER, "fault", true, Duration.ZERO);
        assertThat(json(get("v1/batches/b")).at("/ended").asInt()).isEqualTo(MANY);
    }

    @Test
    void closed_it_says_since_when_and_takes_no_more() throws Exception {
        submit("b:1", "default", 2);
        var open = json(get("v1/batches/b:1"));
        assertThat(open.at("/size").isNull()).isTrue();
        assertThat(open.at("/closed_at").isNull()).isTrue();

        var closed = json(send("POST", "v1/batches/b:1:close", ""));
        assertThat(closed.at("/batch").asText()).isEqualTo("b:1");
        assertThat(closed.at("/closed_at").isTextual()).isTrue();
        assertThat(json(send("POST", "v1/batches/b:1:close", ""))).isEqualTo(closed);
        assertThat(json(get("v1/batches/b:1")).at("/closed_at")).isEqualTo(closed.at("/closed_at"));

        var late = post("{'language': 'python', 'code': '', 'batch': 'b:1'}");
        assertProblem(late, 409, "closed-batch");
        assertThat(json(late).at("/errors/0/pointer").asText()).isEqualTo("/batch");
        assertProblem(send("POST", "v1/batches/nothing:close", ""), 404, "unknown-batch");
        assertProblem(send("POST", "v1/batches/b:1:close?tenant=other", ""), 404, "unknown-batch");
        assertProblem(send("POST", "v1/batches/a%20b:close", ""), 400, "invalid-request");
    }

    @Test
    void a_batch_of_a_size_is_closed_by_it_and_contradictions_name_the_field() throws Exception {
        String job = "{'language': 'python', 'code': '1', 'batch': 's', 'batch_size': 2}";
        assertThat(post(job).statusCode()).isEqualTo(202);
        var other = post(job.replace("'batch_size': 2", "'batch_size': 3"));
        assertProblem(other, 409, "closed-batch");
        assertThat(json(other).at("/errors/0/pointer").asText()).isEqualTo("/batch_size");
        assertThat(json(get("v1/batches/s")).at("/size").asInt()).isEqualTo(2);
        assertThat(post(job).statusCode()).isEqualTo(202);
        assertThat(json(get("v1/batches/s")).at("/closed_at").isTextual()).isTrue();
        assertProblem(post(job), 409, "closed-batch");
        assertThat(json(get("v1/batches/s")).at("/jobs").asInt()).isEqualTo(2);
    }

    private HttpResponse<String> post(String json) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(server.resolve("v1/jobs"))
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString(json.replace('\'', '"')))
                            .build(),
                    BodyHandlers.ofString());
        }
    }

    @Test
    void what_names_nothing_is_a_problem() throws Exception {
        submit("b", "default", 1);
        assertProblem(get("v1/batches/nothing"), 404, "unknown-batch");
        assertProblem(get("v1/batches/nothing/results"), 404, "unknown-batch");
        assertProblem(get("v1/batches/b?tenant=other"), 404, "unknown-batch");
        assertProblem(get("v1/batches/b/results?after=1"), 400, "invalid-request");
        assertProblem(get("v1/batches/%00"), 400, "invalid-request");
        assertProblem(get("v1/batches/b?tenant=%00"), 400, "invalid-request");
        assertProblem(send("DELETE", "v1/batches/b?tenant=a%20b", ""), 400, "invalid-request");
    }

    private void assertProblem(HttpResponse<String> answer, int status, String type) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(json(answer).at("/type").asText()).isEqualTo("/problems/" + type);
    }

    private void submit(String batch, String tenant, int jobs) throws Exception {
        var lines = new StringBuilder();
        IntStream.range(0, jobs)
                .forEach(
                        i ->
                                lines.append(
                                        "{\"language\": \"python\", \"code\": \"print(%d)\", \"tenant\": \"%s\", \"priority\": %d}\n"
                                                .formatted(i, tenant, priority(batch, tenant))));
        var answer = send("POST", "v1/batches?batch=" + batch, lines.toString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        var last = parse(answer.body().lines().toList().getLast());
        assertThat(last.path("accepted").asInt()).isEqualTo(jobs);
    }

    /** Batch {@code b} of the tenant that is asked for comes first. */
    private static int priority(String batch, String tenant) {
        return batch.equals("b") && tenant.equals("default") ? 1 : 0;
    }

    private List<Lease> claimed(String batch, int jobs) throws SQLException {
        var leases =
                Workers.claim(workers, claims, jobs, LEASE).stream().map(c -> c.lease()).toList();
        assertThat(leases).hasSize(jobs);
        assertThat(count("job where state = 'RUNNING' and batch <> '" + batch + "'")).isZero();
        return leases;
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send("GET", path, "");
    }

    private HttpResponse<String> send(String method, String path, String body) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(server.resolve(path))
                            .header("Content-Type", "application/x-ndjson")
                            .method(method, BodyPublishers.ofString(body))
                            .build(),
                    BodyHandlers.ofString());
        }
    }

    private static List<JsonNode> lines(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        List<JsonNode> lines = new ArrayList<>();
        answer.body().lines().forEach(line -> lines.add(parse(line)));
        return lines;
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return parse(answer.body());
    }

    private static JsonNode of(String json) {
        return parse(json.replace('\'', '"'));
    }

    private static JsonNode parse(String text) {
        return Json.ofBytes(text.getBytes(StandardCharsets.UTF_8));
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
