package dev.kiln.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import dev.kiln.job.JobId;
import dev.kiln.job.JobState;
import dev.kiln.sandbox.ScriptedSandbox;
import dev.kiln.store.JobReader;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.ScriptedProfile;
import dev.kiln.testing.Servers;
import dev.kiln.testing.Topics;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Thousands of broken documents through both doors of a whole Kiln; programs follow a script. What
 * is taken must be what the published schema describes, all else must be refused, and all goes on.
 */
@QuarkusTest
@TestProfile(ScriptedProfile.class)
class FuzzIT {
    private static final int DOCUMENTS = 2_000;

    /** For both doors together; a line for each document would be thousands. */
    private static final int LINES = 300;

    private static final JsonSchema SCHEMA = Schemas.of("submission");
    private static final Set<Integer> ANSWERS = Set.of(200, 202, 400, 409, 413);

    private final AtomicInteger lines = new AtomicInteger();
    private final Handler counter =
            new Handler() {
                @Override
                public void publish(LogRecord line) {
                    // A job that runs has its lines, one for each change.
                    boolean change = String.valueOf(line.getMessage()).contains(" to=");
                    if (line.getLevel().intValue() >= Level.INFO.intValue() && !change) {
                        lines.incrementAndGet();
                    }
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };

    @TestHTTPResource("/")
    URI server;

    @Inject ScriptedSandbox sandbox;
    @Inject JobReader reader;
    @Inject AgroalDataSource dataSource;

    @BeforeEach
    void listen() throws SQLException {
        sandbox.script((_, _, limits, _) -> ScriptedSandbox.exited(0, "", limits));
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("delete from job where state = 'QUEUED'");
        }
        Logger.getLogger("").addHandler(counter);
    }

    @AfterEach
    void stopListening() {
        Logger.getLogger("").removeHandler(counter);
    }

    @Test
    void over_http_each_is_a_job_by_the_schema_or_a_problem() throws Exception {
        var documents = documents(11);
        List<Callable<HttpResponse<String>>> requests = new ArrayList<>();
        try (var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
                var threads = Executors.newFixedThreadPool(8)) {
            documents.forEach(document -> requests.add(() -> post(client, document)));
            int taken = 0;
            var answers = threads.invokeAll(requests);
            for (int i = 0; i < DOCUMENTS; i++) {
                var answer = answers.get(i).get();
                assertThat(ANSWERS)
                        .as("%s to %s", answer.body(), text(documents.get(i)))
                        .contains(answer.statusCode());
                if (answer.statusCode() / 100 == 2) {
                    taken++;
                    assertDescribed(documents.get(i));
                } else {
                    assertThat(answer.headers().firstValue("Content-Type").orElseThrow())
                            .startsWith("application/problem+json");
                    assertThat(json(answer.body()).at("/type").asText()).startsWith("/problems/");
                }
            }
            assertThat(taken).as("some are harmless").isBetween(10, DOCUMENTS - 100);
            assertThat(post(client, valid(Jobs.id())).statusCode()).isEqualTo(202);
        }
        assertThat(lines.get()).isLessThan(LINES);
    }

    @Test
    void over_the_topic_no_partition_stands_still_and_only_jobs_by_the_schema_run()
            throws Exception {
        Map<JobId, byte[]> sent = new HashMap<>();
        try (var topics = new Topics(Servers.bootstrapServers())) {
            for (byte[] document : documents(12)) {
                var id = Jobs.id();
                sent.put(id, document);
                // Without an id of its own a document has its record's.
                topics.submit(id.toString(), document);
            }
            for (var id : last(topics)) {
                await().atMost(Duration.ofMinutes(2))
                        .until(
                                () ->
                                        reader.find(id)
                                                .filter(job -> job.state().terminal())
                                                .isPresent());
                assertThat(reader.find(id).orElseThrow().state())
                        .isInstanceOf(JobState.Finished.class);
            }
        }
        int taken = 0;
        for (var document : sent.entrySet()) {
            if (reader.find(document.getKey()).isPresent()) {
                taken++;
                assertDescribed(document.getValue());
            }
        }
        assertThat(taken).as("some are harmless").isBetween(10, DOCUMENTS - 100);
        assertThat(lines.get()).isLessThan(LINES);
    }

    /** A good one behind all others, enough of them for every partition to have some. */
    private static List<JobId> last(Topics topics) {
        List<JobId> last = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            var id = Jobs.id();
            last.add(id);
            topics.submit(id.toString(), valid(id));
        }
        return last;
    }

    private static byte[] valid(JobId id) {
        return "{\"id\":\"%s\",\"language\":\"python\",\"code\":\"1\"}"
                .formatted(id)
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Without an id, so that each may become a job; due at once, so that it would run. */
    private static List<byte[]> documents(long seed) {
        var hostile =
                SubmissionReaderFuzzTest.hostileDocuments(seed, DOCUMENTS / 2)
                        .map(text -> text.getBytes(StandardCharsets.UTF_8));
        return Stream.concat(
                        hostile,
                        SubmissionReaderFuzzTest.mutatedDocuments(seed, DOCUMENTS - DOCUMENTS / 2))
                .map(FuzzIT::anonymous)
                .toList();
    }

    private static byte[] anonymous(byte[] document) {
        // As Latin-1 every byte is a character and comes back as it was.
        return new String(document, StandardCharsets.ISO_8859_1)
                .replace("\"id\": \"%s\",".formatted(Documents.OTHER), "")
                .replace("\"id\":\"%s\",".formatted(Documents.OTHER), "")
                .replace("2030-01-01T00:00:00Z", "2020-01-01T00:00:00Z")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void assertDescribed(byte[] document) {
        assertThat(Schemas.objections(SCHEMA, Json.ofBytes(document)))
                .as("was taken: %s", text(document))
                .isEmpty();
    }

    private HttpResponse<String> post(HttpClient client, byte[] document) throws Exception {
        return client.send(
                HttpRequest.newBuilder(server.resolve("v1/jobs"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofByteArray(document))
                        .build(),
                BodyHandlers.ofString());
    }

    private static JsonNode json(String text) {
        return Json.ofBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(byte[] document) {
        return new String(document, StandardCharsets.UTF_8);
    }
}
