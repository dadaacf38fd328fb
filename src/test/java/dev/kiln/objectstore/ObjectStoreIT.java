package dev.kiln.objectstore;

import static dev.kiln.sandbox.ScriptedSandbox.exited;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.job.Artifact;
import dev.kiln.job.Artifacts;
import dev.kiln.job.CapturedStream;
import dev.kiln.job.ExecutionResult;
import dev.kiln.job.JobId;
import dev.kiln.job.JobState;
import dev.kiln.job.Lease;
import dev.kiln.sandbox.ScriptedSandbox;
import dev.kiln.store.JobReader;
import dev.kiln.store.LeaseStore;
import dev.kiln.store.ObjectsRemoved;
import dev.kiln.store.ResultStore;
import dev.kiln.store.RetentionStore;
import dev.kiln.store.SubmissionStore;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.ObjectStoreProfile;
import dev.kiln.testing.S3Server;
import dev.kiln.wire.Json;
import dev.kiln.wire.Schemas;
import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.config.SmallRyeConfigBuilder;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Large output in an object store: programs follow a script; worker, database and S3 server are
 * real.
 */
@QuarkusTest
@TestProfile(ObjectStoreProfile.class)
class ObjectStoreIT {
    private static final int MANY = 1000;

    @TestHTTPResource("/")
    URI server;

    @Inject SubmissionStore submissions;
    @Inject JobReader reader;
    @Inject LeaseStore leases;
    @Inject ResultStore results;
    @Inject RetentionStore retention;
    @Inject ResultObjects objects;
    @Inject LeftOverObjects leftOvers;
    @Inject ScriptedSandbox sandbox;
    @Inject AgroalDataSource dataSource;

    @BeforeEach
    void nothingIsLeftOver() throws SQLException {
        sql("update stored_object set remove_at = now() where remove_at is not null");
        while (leftOvers.remove(MANY) > 0) {}
    }

    @AfterEach
    void plainPrograms() {
        sandbox.script((tag, program, limits, stop) -> exited(0, "", limits));
    }

    @Test
    void large_output_goes_to_the_store_and_is_read_back_whole_and_by_range() throws Exception {
        byte[] large = random(3_000_001);
        var id = ended(printed(large, text("small")));
        assertThat(S3Server.objects(folder(id)))
                .singleElement()
                .satisfies(file -> assertThat(Files.readAllBytes(file)).isEqualTo(large));
        assertThat(
                        number(
                                "select octet_length(stdout) from execution_result where job_id = '%s'"
                                        .formatted(id)))
                .isZero();

        var whole = get(id, "stdout");
        assertThat(whole.statusCode()).isEqualTo(200);
        assertThat(whole.body()).isEqualTo(large);
        assertThat(header(whole, "Content-Length")).isEqualTo("3000001");
        assertThat(header(whole, "Kiln-Output-Truncated")).isEqualTo("false");
        assertThat(header(whole, "X-Content-Type-Options")).isEqualTo("nosniff");
        String tag = '"' + HexFormat.of().formatHex(sha256(large)) + '"';
        assertThat(header(whole, "ETag")).isEqualTo(tag);
        assertThat(get(id, "stdout", "If-None-Match", tag).statusCode()).isEqualTo(304);

        var part = get(id, "stdout", "Range", "bytes=1000000-1999999");
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(header(part, "Content-Range")).isEqualTo("bytes 1000000-1999999/3000001");
        assertThat(part.body()).isEqualTo(Arrays.copyOfRange(large, 1_000_000, 2_000_000));
        assertThat(get(id, "stdout", "Range", "bytes=-1").body())
                .containsExactly(large[large.length - 1]);
        var head = send("HEAD", "v1/jobs/" + id + "/stdout");
        assertThat(header(head, "Content-Length")).isEqualTo("3000001");
        assertThat(get(id, "stderr").body()).asString().isEqualTo("small");
    }

    @Test
    void the_jobs_document_says_what_is_in_the_store_and_has_the_rest() throws Exception {
        var id = ended(printed(text("é".repeat(1_000)), text("small")));
        JsonNode job = json(get(id, ""));
        assertThat(Schemas.objections(Schemas.of("job"), job)).isEmpty();
        assertThat(job.at("/result/stdout").isNull()).isTrue();
        assertThat(job.at("/result/stdout_stored").asBoolean()).isTrue();
        assertThat(job.at("/result/stdout_utf8").asBoolean()).isTrue();
        assertThat(job.at("/result/stdout_bytes").asInt()).isEqualTo(2_000);
        assertThat(job.at("/result/stdout_truncated").asBoolean()).isFalse();
        assertThat(job.at("/result/stderr").asText()).isEqualTo("small");
        assertThat(job.at("/result/stderr_stored").asBoolean()).isFalse();
        assertThat(job.at("/result/success").asBoolean()).isTrue();
    }

    @Test
    void followers_are_told_all_of_it() throws Exception {
        // A character across the border of two parts that are read one after the other.
        String printed = "x".repeat((1 << 20) - 1) + "é".repeat(10);
        var id = ended(printed(text(printed), text("")));
        var told = new StringBuilder();
        var events = new String(get(id, "events").body(), StandardCharsets.UTF_8);
        events.lines()
                .filter(line -> line.startsWith("data:"))
                .map(line -> Json.ofBytes(text(line.substring(5))))
                .filter(data -> data.has("offset"))
                .forEach(data -> told.append(data.path("text").asText()));
        assertThat(told.toString()).isEqualTo(printed);
    }

    @Test
    void artifacts_go_there_by_their_size() throws Exception {
        byte[] large = random(2_000);
        byte[] small = random(10);
        var id =
                ended(
                        printed(text(""), text(""))
                                .with(
                                        CapturedStream.EMPTY,
                                        CapturedStream.EMPTY,
                                        new Artifacts(
                                                List.of(
                                                        file("small.bin", small),
                                                        file("out/ä b.bin", large)),
                                                List.of(),
                                                0)));
        assertThat(S3Server.objects(folder(id))).hasSize(1);
        var answer = get(id, "artifacts/out/%C3%A4%20b.bin");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(large);
        assertThat(get(id, "artifacts/small.bin").body()).isEqualTo(small);
        assertThat(json(get(id, "artifacts")).at("/artifacts")).hasSize(2);
    }

    @Test
    void objects_go_with_their_job() throws Exception {
        var id = ended(printed(random(2_000), random(2_000)));
        assertThat(S3Server.objects(folder(id))).hasSize(2);
        assertThat(leftOvers.remove(MANY)).isZero();
        sql("delete from outbox");
        sql("update job set finished_at = now() - interval '8 days' where id = '%s'".formatted(id));
        retention.removeExpired(MANY);
        assertThat(reader.find(id)).isEmpty();
        assertThat(leftOvers.remove(1)).isEqualTo(1);
        assertThat(leftOvers.remove(MANY)).isEqualTo(1);
        assertThat(S3Server.objects(folder(id))).isEmpty();
        assertThat(number("select count(*) from stored_object where job_id = '%s'".formatted(id)))
                .isZero();
    }

    @Test
    void an_attempt_that_lost_its_job_leaves_nothing_and_changes_nothing() throws Exception {
        byte[] late = random(5_000);
        byte[] valid = random(5_000);
        var lost = new CountDownLatch(1);
        sandbox.script(
                (tag, program, limits, stop) -> {
                    if (tag.epoch() > 1) {
                        return printed(valid, text(""));
                    }
                    lost.countDown();
                    // Until the job was taken away and came to another end.
                    await().atMost(Duration.ofSeconds(30))
                            .until(() -> S3Server.objects(folder(tag.job()) + "/2").size() == 1);
                    return printed(late, text(""));
                });
        var job = Jobs.python("pass");
        submissions.insert(List.of(job));
        lost.await();
        var running = (JobState.Running) reader.find(job.id()).orElseThrow().state();
        leases.putBack(running.lease(), LeaseStore.By.HOLDER, "given back", true, Duration.ZERO);
        awaitEnd(job.id());
        await().atMost(Duration.ofSeconds(30)).until(() -> sandbox.running() == 0);
        await().atMost(Duration.ofSeconds(30))
                .until(
                        () ->
                                number(
                                                "select count(*) from stored_object where remove_at <= now() and job_id = '%s'"
                                                        .formatted(job.id()))
                                        == 1);
        assertThat(S3Server.objects(folder(job.id()))).hasSize(2);
        assertThat(leftOvers.remove(MANY)).isEqualTo(1);
        assertThat(S3Server.objects(folder(job.id()) + "/1")).isEmpty();
        assertThat(get(job.id(), "stdout").body()).isEqualTo(valid);
    }

    @Test
    void a_worker_that_died_before_its_result_was_written_leaves_nothing_for_long()
            throws Exception {
        var job = Jobs.language("nobody-runs-this");
        submissions.insert(List.of(job));
        sql(
                "update job set state = 'RUNNING', epoch = 1, attempt = 1, owner = 'w', started_at = now(), lease_until = now() + interval '1 hour' where id = '%s'"
                        .formatted(job.id()));
        var lease = new Lease(job.id(), 1, "w", 1, Instant.now());
        var result = printed(random(2_000), text(""));
        var referring = objects.put(lease, result);
        assertThat(S3Server.objects(folder(job.id()))).hasSize(1);
        assertThat(leftOvers.remove(MANY)).isZero();

        // It was not dead, only very late: what it wants to refer to is gone.
        sql("update stored_object set remove_at = now() where job_id = '%s'".formatted(job.id()));
        assertThat(leftOvers.remove(MANY)).isEqualTo(1);
        assertThat(S3Server.objects(folder(job.id()))).isEmpty();
        assertThatThrownBy(() -> results.finish(lease, referring))
                .isInstanceOf(ObjectsRemoved.class);
        assertThat(reader.find(job.id()).orElseThrow().state())
                .isInstanceOf(JobState.Running.class);
        assertThat(results.finish(lease, result)).isTrue();
        assertThat(get(job.id(), "stdout").body()).isEqualTo(result.stdout().kept());
    }

    @Test
    void a_result_is_kept_whole_in_the_database_while_the_store_is_down() throws Exception {
        byte[] large = random(5_000);
        S3Server.halt();
        JobId id;
        try {
            id = ended(printed(large, text("")));
            assertThat(get(id, "stdout").body()).isEqualTo(large);
            assertThat(json(get(id, "")).at("/result/stdout_stored").asBoolean()).isFalse();
            // Whether it was put nobody knows: not before a while is it taken for left over.
            assertThat(leftOvers.remove(MANY)).isZero();
            sql("update stored_object set remove_at = now() where job_id = '%s'".formatted(id));
            assertThatThrownBy(() -> leftOvers.remove(MANY))
                    .isInstanceOf(ObjectStoreUnavailable.class);
        } finally {
            S3Server.launch();
        }
        // What was tried and not removed comes up again after a while.
        sql("update stored_object set remove_at = now() where job_id = '%s'".formatted(id));
        assertThat(leftOvers.remove(MANY)).isEqualTo(1);
        var next = ended(printed(large, text("")));
        assertThat(S3Server.objects(folder(next))).hasSize(1);
    }

    @Test
    void a_store_that_is_down_is_a_problem_of_the_bytes_and_of_nothing_else() throws Exception {
        var id = ended(printed(random(5_000), text("small")));
        S3Server.halt();
        try {
            var answer = get(id, "stdout");
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(header(answer, "Retry-After")).isEqualTo("1");
            assertThat(json(answer).at("/type").asText()).isEqualTo("/problems/unavailable");
            assertThat(json(answer).at("/detail").asText()).contains("object store");
            assertThat(get(id, "").statusCode()).isEqualTo(200);
            assertThat(get(id, "stderr").body()).asString().isEqualTo("small");
            assertThat(send("HEAD", "v1/jobs/" + id + "/stdout").statusCode()).isEqualTo(200);
        } finally {
            S3Server.launch();
        }
        assertThat(get(id, "stdout").statusCode()).isEqualTo(200);
    }

    @Test
    void an_object_that_is_gone_or_cut_is_no_empty_output() throws Exception {
        var gone = ended(printed(random(5_000), text("")));
        Files.delete(S3Server.objects(folder(gone)).getFirst());
        var cut = ended(printed(random(5_000), text("")));
        Files.write(S3Server.objects(folder(cut)).getFirst(), random(4_000));
        for (JobId id : List.of(gone, cut)) {
            for (String range : List.of("bytes=0-", "bytes=4500-4999")) {
                var answer = get(id, "stdout", "Range", range);
                assertThat(answer.statusCode()).isEqualTo(500);
                assertThat(json(answer).at("/type").asText()).isEqualTo("/problems/output-lost");
            }
            assertThat(get(id, "").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void bytes_that_are_others_than_were_put_are_never_told_to_their_end() throws Exception {
        byte[] large = random(300_000);
        var id = ended(printed(large, text("")));
        large[1] ^= 1;
        Files.write(S3Server.objects(folder(id)).getFirst(), large);
        assertThatThrownBy(() -> get(id, "stdout")).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            bucket | elsewhere | has no bucket elsewhere (NoSuchBucket, status 404): create it, or correct kiln.object-store.bucket
            secret-key | wrong | refuses the key kiln-test (SignatureDoesNotMatch, status 403): correct kiln.object-store.access-key and its secret
            access-key | nobody | refuses the key nobody (InvalidAccessKeyId, status 403): correct kiln.object-store.access-key
            endpoint | http://127.0.0.1:1 | The object store at http://127.0.0.1:1 cannot be used (Connection refused): start it, or correct kiln.object-store.endpoint
            """)
    void a_wrong_setting_is_one_sentence_that_names_it(
            String setting, String value, String sentence) {
        assertThat(check(Map.of(setting, value)).refusal())
                .hasValueSatisfying(
                        said ->
                                assertThat(said)
                                        .contains(sentence)
                                        .doesNotContain(S3Server.SECRET));
        assertThat(check(Map.of()).refusal()).isEmpty();
    }

    private static ObjectStoreCheck check(Map<String, String> wrong) {
        var settings =
                new HashMap<>(
                        Map.of(
                                "endpoint", S3Server.endpoint(),
                                "bucket", S3Server.BUCKET,
                                "access-key", S3Server.KEY,
                                "secret-key", S3Server.SECRET));
        settings.putAll(wrong);
        var builder =
                new SmallRyeConfigBuilder()
                        .addDiscoveredConverters()
                        .withMapping(ObjectStoreConfig.class);
        settings.forEach(
                (name, value) -> builder.withDefaultValue("kiln.object-store." + name, value));
        return new ObjectStoreCheck(builder.build().getConfigMapping(ObjectStoreConfig.class));
    }

    /** Runs a job to this end. */
    private JobId ended(ExecutionResult result) {
        sandbox.script((tag, program, limits, stop) -> result);
        var job = Jobs.python("pass");
        submissions.insert(List.of(job));
        awaitEnd(job.id());
        return job.id();
    }

    private void awaitEnd(JobId id) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> reader.find(id).orElseThrow().state() instanceof JobState.Finished);
    }

    private static ExecutionResult printed(byte[] stdout, byte[] stderr) {
        return exited(0, "", Jobs.LIMITS)
                .with(
                        new CapturedStream(stdout, stdout.length),
                        new CapturedStream(stderr, stderr.length),
                        Artifacts.NONE);
    }

    private static Artifact file(String path, byte[] bytes) throws Exception {
        return new Artifact(path, bytes.length, HexFormat.of().formatHex(sha256(bytes)), bytes);
    }

    private static String folder(JobId id) {
        return "kiln/jobs/" + id;
    }

    private static byte[] sha256(byte[] bytes) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(bytes);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private HttpResponse<byte[]> get(JobId id, String what, String... headers) throws Exception {
        return send("GET", "v1/jobs/" + id + (what.isEmpty() ? "" : "/" + what), headers);
    }

    private HttpResponse<byte[]> send(String method, String path, String... headers)
            throws Exception {
        var request =
                HttpRequest.newBuilder(server.resolve(path))
                        .method(method, BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        try (var http = HttpClient.newHttpClient()) {
            return http.send(request.build(), BodyHandlers.ofByteArray());
        }
    }

    private static JsonNode json(HttpResponse<byte[]> answer) {
        return Json.ofBytes(answer.body());
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("none");
    }

    private int number(String query) throws SQLException {
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            row.next();
            return row.getInt(1);
        }
    }

    private void sql(String statement) throws SQLException {
        try (var connection = dataSource.getConnection();
                var s = connection.createStatement()) {
            s.execute(statement);
        }
    }
}
