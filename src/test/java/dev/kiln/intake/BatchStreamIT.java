package dev.kiln.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.embedded.DatabaseAccess;
import dev.kiln.testing.KilnProcess;
import dev.kiln.testing.OpenRequest;
import dev.kiln.testing.Servers;
import dev.kiln.testing.StoreProfile;
import dev.kiln.wire.Json;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches that are streamed, over HTTP and against a real PostgreSQL, by both sorts of clients. */
@QuarkusTest
@TestProfile(StoreProfile.class)
class BatchStreamIT {
    /** As many as one transaction holds. */
    private static final int CHUNK = 1000;

    private static final int MANY = 100_000;

    /** All of them together are more than the server's heap. */
    private static final String COMMENT = "#".repeat(2000);

    private static final String HEAP = "-Xmx176m";

    @TestHTTPResource("/")
    URI server;

    @Inject AgroalDataSource dataSource;
    @TempDir Path logs;

    /** After each too: other tests would claim thousands before their own. */
    @BeforeEach
    @AfterEach
    void empty() throws SQLException {
        sql("truncate job, batch cascade");
    }

    @Test
    void more_than_the_heap_goes_through_from_a_client_that_reads_only_when_it_has_written()
            throws Exception {
        // A database of its own: so many queued jobs would close the doors of the other tests.
        var database = Servers.freshDatabase();
        try (var small = smallServer(database).awaitReady()) {
            var answer =
                    post(
                            small.url(),
                            "/v1/batches?batch=many&close=true",
                            BodyPublishers.ofInputStream(BatchStreamIT::manyLines));
            assertThat(answer.statusCode()).isEqualTo(202);
            assertThat(answer.headers().firstValue("Location")).contains("/v1/batches/many");
            var lines = answer.body().lines().toList();
            assertThat(lines).hasSize(MANY + 1);
            assertThat(parse(lines.get(MANY - 1)).path("line").asInt()).isEqualTo(MANY);
            assertThat(parse(lines.getLast()))
                    .isEqualTo(
                            of(
                                    "{'done': true, 'accepted': 100000, 'known': 0, 'refused': 0, 'batches':"
                                            + " [{'batch': 'many', 'tenant': 'default', 'jobs': 100000, 'closed': true}]}"));
            assertThat(small.output()).noneMatch(line -> line.contains("OutOfMemoryError:"));
        }
        try (var connection = database.dataSource().getConnection();
                var row =
                        connection
                                .createStatement()
                                .executeQuery("select count(*) from job where batch = 'many'")) {
            row.next();
            assertThat(row.getInt(1)).isEqualTo(MANY);
        }
    }

    private static InputStream manyLines() {
        return new SequenceInputStream(new Pieces());
    }

    /** Each made when it is read: the test's heap is bounded too. */
    private static final class Pieces implements Enumeration<InputStream> {
        private int next;

        @Override
        public boolean hasMoreElements() {
            return next < MANY;
        }

        @Override
        public InputStream nextElement() {
            var piece = new ByteArrayInputStream(utf8(lines(next, CHUNK, COMMENT)));
            next += CHUNK;
            return piece;
        }
    }

    @Test
    void who_reads_while_it_writes_has_each_answer_before_the_request_is_whole() throws Exception {
        try (var request = new OpenRequest(server, "/v1/batches?batch=b")) {
            request.send(lines(0, CHUNK, ""));
            var first = request.lines(CHUNK);
            assertThat(parse(first.getLast()).path("line").asInt()).isEqualTo(CHUNK);
            assertThat(count("job")).isEqualTo(CHUNK);
            request.send(lines(CHUNK, 1, ""));
            request.end();
            var rest = request.rest();
            assertThat(rest).hasSize(2);
            assertThat(parse(rest.getLast()).path("done").asBoolean()).isTrue();
        }
        assertThat(count("job where batch = 'b'")).isEqualTo(CHUNK + 1);
    }

    @Test
    void lines_that_are_wrong_are_named_and_stop_no_others() throws Exception {
        String tooLong = line(7, "x".repeat(17 << 20));
        String body =
                lines(0, 1500, "")
                        + "{\"language\": \"python\"}\n"
                        + tooLong
                        + lines(1500, 600, "");
        var lines = answer(post(server, "/v1/batches", BodyPublishers.ofString(body)));
        assertThat(lines).hasSize(2103);
        assertThat(lines.get(1500))
                .isEqualTo(
                        of(
                                "{'line': 1501, 'errors': [{'pointer': '/code', 'message': 'is missing: give the program`s source'}]}"));
        assertThat(lines.get(1501).at("/errors/0/message").asText())
                .contains("the limit of a document is 16m");
        assertThat(lines.get(2101).path("line").asInt()).isEqualTo(2102);
        assertThat(lines.getLast().path("accepted").asInt()).isEqualTo(2100);
        assertThat(lines.getLast().path("refused").asInt()).isEqualTo(2);
        assertThat(count("job")).isEqualTo(2100);
    }

    @Test
    void lines_with_ids_are_taken_once_however_often_they_are_sent() throws Exception {
        String body =
                IntStream.range(0, 1200)
                        .mapToObj(
                                i ->
                                        "{\"id\": \"%s\", \"language\": \"python\", \"code\": \"%d\"}\n"
                                                .formatted(UUID.randomUUID(), i))
                        .collect(Collectors.joining());
        var first = answer(post(server, "/v1/batches", BodyPublishers.ofString(body)));
        var again = answer(post(server, "/v1/batches", BodyPublishers.ofString(body)));
        assertThat(ids(again)).isEqualTo(ids(first)).doesNotHaveDuplicates();
        assertThat(again.getLast().path("known").asInt()).isEqualTo(1200);
        assertThat(count("job")).isEqualTo(1200);
    }

    @Test
    void what_was_cut_off_is_sent_again_under_its_key_and_nothing_is_doubled() throws Exception {
        String key = "Idempotency-Key: nightly 7";
        String body = lines(0, 2500, "");
        try (var cut = new OpenRequest(server, "/v1/batches", key)) {
            cut.send(lines(0, 1500, "") + line(1500, "").substring(0, 20));
            cut.lines(CHUNK);
        }
        await().until(() -> count("job") == CHUNK);
        var again =
                answer(
                        post(
                                server,
                                "/v1/batches",
                                BodyPublishers.ofString(body),
                                "Idempotency-Key",
                                "nightly 7"));
        assertThat(again.getLast().path("known").asInt()).isEqualTo(CHUNK);
        assertThat(again.getLast().path("accepted").asInt()).isEqualTo(1500);
        assertThat(count("job")).isEqualTo(2500);
        assertThat(count("(select distinct batch from job) b")).isEqualTo(1);

        // The rest alone, with the numbers that its lines had.
        var rest =
                answer(
                        post(
                                server,
                                "/v1/batches?first_line=2001",
                                BodyPublishers.ofString(lines(2000, 500, "")),
                                "Idempotency-Key",
                                "nightly 7"));
        assertThat(ids(rest)).isEqualTo(ids(again).subList(2000, 2500));
        assertThat(count("job")).isEqualTo(2500);

        // The same key with other lines is a mistake, and another key another request.
        var other =
                answer(
                        post(
                                server,
                                "/v1/batches",
                                BodyPublishers.ofString(lines(1, 2, "")),
                                "Idempotency-Key",
                                "nightly 7"));
        assertThat(other.getFirst().at("/errors/0/message").asText()).contains("Idempotency-Key");
        var fresh =
                answer(
                        post(
                                server,
                                "/v1/batches",
                                BodyPublishers.ofString(lines(1, 2, "")),
                                "Idempotency-Key",
                                "nightly 8"));
        assertThat(fresh.getLast().path("accepted").asInt()).isEqualTo(2);
    }

    @Test
    void a_database_that_goes_away_ends_the_stream_with_the_line_to_send_again() throws Exception {
        try (var request = new OpenRequest(server, "/v1/batches?batch=b", "Idempotency-Key: k");
                var lock = dataSource.getConnection()) {
            request.send(lines(0, CHUNK, ""));
            request.lines(CHUNK);
            lock.setAutoCommit(false);
            lock.createStatement().execute("lock table job in exclusive mode");
            request.send(lines(CHUNK, CHUNK, ""));
            await().until(() -> terminated("%insert into job (") > 0);
            var last = parse(request.lines(1).getFirst());
            assertThat(last.path("done").asBoolean()).isFalse();
            assertThat(last.path("accepted").asInt()).isEqualTo(CHUNK);
            assertThat(last.path("send_again_from").asInt()).isEqualTo(CHUNK + 1);
            assertThat(last.path("type").asText()).isEqualTo("/problems/unavailable");
            lock.rollback();
        }
        var again =
                answer(
                        post(
                                server,
                                "/v1/batches?batch=b&first_line=1001",
                                BodyPublishers.ofString(lines(CHUNK, CHUNK, "")),
                                "Idempotency-Key",
                                "k"));
        assertThat(again.getLast().path("accepted").asInt()).isEqualTo(CHUNK);
        assertThat(count("job where batch = 'b'")).isEqualTo(2 * CHUNK);
    }

    @Test
    void a_batch_with_a_wrong_line_is_not_closed() throws Exception {
        var wrong =
                answer(
                        post(
                                server,
                                "/v1/batches?batch=b&close=true",
                                BodyPublishers.ofString(lines(0, 2, "") + "{}\n")));
        assertThat(wrong.getLast().at("/batches/0/closed").asBoolean()).isFalse();
        var mended =
                answer(
                        post(
                                server,
                                "/v1/batches?batch=b&close=true",
                                BodyPublishers.ofString(line(2, ""))));
        assertThat(mended.getLast().at("/batches/0/closed").asBoolean()).isTrue();
        var late =
                answer(post(server, "/v1/batches?batch=b", BodyPublishers.ofString(line(3, ""))));
        assertThat(late.getFirst().at("/errors/0/pointer").asText()).isEqualTo("/batch");
        assertThat(count("job")).isEqualTo(3);
    }

    @Test
    void parameters_that_mean_nothing_are_problems() throws Exception {
        for (String query : List.of("close=yes", "first_line=0", "first_line=x", "batch=a%20b")) {
            var answer = post(server, "/v1/batches?" + query, BodyPublishers.ofString(line(0, "")));
            assertThat(answer.statusCode()).as(query).isEqualTo(400);
            assertThat(parse(answer.body()).path("type").asText())
                    .isEqualTo("/problems/invalid-request");
        }
        var document =
                post(
                        server,
                        "/v1/batches?close=true",
                        BodyPublishers.ofString(line(0, "")),
                        "Accept",
                        "application/json");
        assertThat(document.statusCode()).isEqualTo(400);
        assertThat(count("job")).isZero();
    }

    private KilnProcess smallServer(DatabaseAccess database) {
        return KilnProcess.start(
                logs.resolve("small"),
                Map.of(
                        "JAVA_TOOL_OPTIONS",
                        // What does not fit ends the process, and does not hang it.
                        HEAP + " -XX:+ExitOnOutOfMemoryError",
                        "KILN_ROLES",
                        "api",
                        "KILN_INTAKE_MAX_QUEUED",
                        "1000000",
                        "QUARKUS_DATASOURCE_JDBC_URL",
                        database.url(),
                        "QUARKUS_DATASOURCE_USERNAME",
                        database.username(),
                        "QUARKUS_DATASOURCE_PASSWORD",
                        database.password()));
    }

    private static String lines(int first, int count, String comment) {
        var lines = new StringBuilder();
        IntStream.range(first, first + count).forEach(i -> lines.append(line(i, comment)));
        return lines.toString();
    }

    private static String line(int i, String comment) {
        return "{\"language\": \"python\", \"code\": \"print(%d) %s\"}\n".formatted(i, comment);
    }

    /** Sends all of the body before it reads a byte of the answer. */
    private static HttpResponse<String> post(
            URI server, String path, HttpRequest.BodyPublisher body, String... headers)
            throws Exception {
        var request =
                HttpRequest.newBuilder(server.resolve(path))
                        .header("Content-Type", "application/x-ndjson")
                        .POST(body);
        if (headers.length > 0) {
            request.headers(headers);
        }
        try (var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            return http.send(request.build(), BodyHandlers.ofString());
        }
    }

    private static List<JsonNode> answer(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
        assertThat(response.headers().firstValue("Content-Type").orElseThrow())
                .startsWith("application/x-ndjson");
        return response.body().lines().map(BatchStreamIT::parse).toList();
    }

    private static List<String> ids(List<JsonNode> answer) {
        return answer.stream()
                .filter(line -> line.has("id"))
                .map(line -> line.path("id").asText())
                .toList();
    }

    private static JsonNode of(String json) {
        return parse(json.replace('\'', '"').replace('`', '\''));
    }

    private static JsonNode parse(String text) {
        return Json.ofBytes(utf8(text));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Ends those who wait for a lock with such a statement, as a server that is stopped does. */
    private int terminated(String statement) throws SQLException {
        return count(
                "(select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock' and query ilike '"
                        + statement
                        + "%') t");
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
