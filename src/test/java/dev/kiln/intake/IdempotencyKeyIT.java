package dev.kiln.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.job.JobId;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.StoreProfile;
import dev.kiln.wire.Json;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Submissions that their producers know by a key, over HTTP and against a real PostgreSQL. */
@QuarkusTest
@TestProfile(StoreProfile.class)
class IdempotencyKeyIT {
    private static final String ONE = "{\"language\": \"python\", \"code\": \"1\"}";
    private static final String SAME =
            "{\"code\": \"1\", \"stdin\": null, \"language\":\"python\"}";
    private static final String TWO = "{\"language\": \"python\", \"code\": \"2\"}";

    @TestHTTPResource("/")
    URI server;

    @Inject AgroalDataSource dataSource;

    @BeforeEach
    void empty() throws SQLException {
        sql("truncate job cascade");
    }

    @Test
    void the_same_key_and_body_are_the_same_job_as_often_as_it_is_sent() throws Exception {
        var first = post(ONE, "order 7");
        assertThat(first.statusCode()).isEqualTo(202);
        var again = post(SAME, "order 7");
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(location(again)).isEqualTo(location(first));
        assertThat(count("job")).isEqualTo(1);
        assertThat(id(post(ONE, "order 8"))).isNotEqualTo(id(first));
        assertThat(id(post(ONE))).isNotEqualTo(id(first));
    }

    @Test
    void the_same_key_with_another_body_is_a_conflict_and_changes_nothing() throws Exception {
        var first = post(ONE, "k");
        var other = post(TWO, "k");
        assertThat(other.statusCode()).isEqualTo(409);
        assertThat(json(other).at("/type").asText()).isEqualTo("/problems/conflicting-key");
        assertThat(json(other).at("/detail").asText())
                .contains(id(first).toString(), "a key of its own");
        assertThat(count("job")).isEqualTo(1);
        assertThat(id(post(ONE, "k"))).isEqualTo(id(first));
    }

    @Test
    void each_tenant_has_keys_of_its_own() throws Exception {
        String acme = "{\"language\": \"python\", \"code\": \"1\", \"tenant\": \"acme\"}";
        var first = post(ONE, "k");
        var foreign = post(acme, "k");
        assertThat(foreign.statusCode()).isEqualTo(202);
        assertThat(id(foreign)).isNotEqualTo(id(first));
        assertThat(id(post(acme, "k"))).isEqualTo(id(foreign));
    }

    @Test
    void a_key_and_an_id_mean_the_same_job_or_conflict() throws Exception {
        var id = Jobs.id();
        var known = Jobs.id();
        assertThat(post(withId(id), "k").statusCode()).isEqualTo(202);
        assertThat(post(withId(id), "k").statusCode()).isEqualTo(200);
        assertThat(id(post(ONE, "k"))).isEqualTo(id);
        assertThat(post(withId(Jobs.id()), "k").statusCode()).isEqualTo(409);
        // A job that came without a key gets one with its repetition.
        assertThat(post(withId(known)).statusCode()).isEqualTo(202);
        assertThat(post(withId(known), "late").statusCode()).isEqualTo(200);
        assertThat(id(post(ONE, "late"))).isEqualTo(known);
        assertThat(count("job")).isEqualTo(2);
    }

    @Test
    void what_was_refused_leaves_its_key_free() throws Exception {
        var id = Jobs.id();
        post(withId(id));
        var conflict = post(withId(id).replace("\"1\"", "\"2\""), "k");
        assertThat(conflict.statusCode()).isEqualTo(409);
        assertThat(json(conflict).at("/type").asText()).isEqualTo("/problems/conflicting-job");
        String lacking =
                "{\"language\": \"python\", \"code\": \"1\", \"context\": {\"sha256\": \"%s\"}}"
                        .formatted("0".repeat(64));
        assertThat(post(lacking, "k").statusCode()).isEqualTo(400);
        assertThat(post("{\"language\": \"python\"}", "k").statusCode()).isEqualTo(400);
        assertThat(count("idempotency_key")).isZero();
        assertThat(post(TWO, "k").statusCode()).isEqualTo(202);
    }

    @Test
    void first_requests_at_once_make_one_job() throws Exception {
        int many = 12;
        var start = new CyclicBarrier(many);
        List<Callable<HttpResponse<String>>> calls = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            calls.add(
                    () -> {
                        start.await();
                        return post(ONE, "k");
                    });
        }
        Set<JobId> ids = new HashSet<>();
        List<Integer> statuses = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var answer : threads.invokeAll(calls)) {
                ids.add(id(answer.get()));
                statuses.add(answer.get().statusCode());
            }
        }
        assertThat(ids).hasSize(1);
        assertThat(statuses).containsOnlyOnce(202).containsOnly(200, 202);
        assertThat(count("job")).isEqualTo(1);
    }

    @Test
    void a_key_is_kept_as_long_as_its_job() throws Exception {
        var first = post(ONE, "k");
        sql("delete from job");
        assertThat(count("idempotency_key")).isZero();
        var second = post(TWO, "k");
        assertThat(second.statusCode()).isEqualTo(202);
        assertThat(id(second)).isNotEqualTo(id(first));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tab\tin it"})
    void what_is_no_key_is_refused_with_the_header(String key) throws Exception {
        assertRefused(post(ONE, key));
    }

    @Test
    void a_key_is_short() throws Exception {
        assertThat(post(ONE, "k".repeat(255)).statusCode()).isEqualTo(202);
        assertRefused(post(ONE, "k".repeat(256)));
    }

    /**
     * Java's client asks a plain server for HTTP/2, and an upgrade would keep the last one only.
     */
    @Test
    void a_header_that_is_there_twice_is_refused_from_a_client_that_would_change_the_protocol()
            throws Exception {
        assertRefused(post(ONE, "a", "b"));
        assertThat(count("job")).isZero();
    }

    /** Byte by byte: a client's library may send them as it likes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Idempotency-Key: a\r\nIdempotency-Key: b",
                "Idempotency-Key: a\r\nIdempotency-Key: a",
                "Idempotency-Key: a\r\nContent-Language: en\r\nidempotency-key: b"
            })
    void a_header_that_is_there_twice_is_refused(String headers) throws Exception {
        try (var socket = new Socket(server.getHost(), server.getPort())) {
            socket.setSoTimeout(60_000);
            String request =
                    "POST /v1/jobs HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n%s\r\n\r\n%s"
                            .formatted(server.getAuthority(), ONE.length(), headers, ONE);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer)
                    .startsWith("HTTP/1.1 400")
                    .contains("header Idempotency-Key must be there once");
        }
        assertThat(count("job")).isZero();
    }

    private static void assertRefused(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).at("/type").asText()).isEqualTo("/problems/invalid-request");
        assertThat(json(answer).at("/detail").asText()).contains("Idempotency-Key", "1 to 255");
    }

    private static String withId(JobId id) {
        return "{\"id\": \"%s\", \"language\": \"python\", \"code\": \"1\"}".formatted(id);
    }

    private HttpResponse<String> post(String document, String... keys) throws Exception {
        var request =
                HttpRequest.newBuilder(server.resolve("v1/jobs"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(document));
        for (String key : keys) {
            request.header("Idempotency-Key", key);
        }
        try (var http = HttpClient.newHttpClient()) {
            return http.send(request.build(), BodyHandlers.ofString());
        }
    }

    private static JobId id(HttpResponse<String> answer) {
        return JobId.parse(json(answer).at("/id").asText());
    }

    private static String location(HttpResponse<String> answer) {
        return answer.headers().firstValue("Location").orElse("none");
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
