package dev.kiln.poll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.JobId;
import dev.kiln.job.Lease;
import dev.kiln.job.Termination;
import dev.kiln.store.CancelStore;
import dev.kiln.store.ClaimStore;
import dev.kiln.store.ResultStore;
import dev.kiln.store.SubmissionStore;
import dev.kiln.store.WorkerStore;
import dev.kiln.testing.Jobs;
import dev.kiln.testing.StoreProfile;
import dev.kiln.testing.Workers;
import dev.kiln.wire.Json;
import dev.kiln.wire.Samples;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Output as bytes over HTTP, against a real PostgreSQL. */
@QuarkusTest
@TestProfile(StoreProfile.class)
class OutputIT {
    private static final byte[] PAGE =
            "\0\377<script>alert(1)</script>\n".getBytes(StandardCharsets.ISO_8859_1);

    @TestHTTPResource("/")
    URI server;

    @Inject SubmissionStore submissions;
    @Inject ClaimStore claims;
    @Inject WorkerStore workers;
    @Inject ResultStore results;
    @Inject CancelStore cancels;

    @Test
    void output_is_given_byte_by_byte_and_never_as_a_page() throws Exception {
        var answer = get(ended(Samples.printed(PAGE, PAGE.length)), "stdout");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(PAGE);
        assertThat(header(answer, "Content-Type")).isEqualTo("application/octet-stream");
        assertThat(header(answer, "X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(header(answer, "Content-Disposition")).isEqualTo("attachment");
        assertThat(header(answer, "Content-Security-Policy"))
                .isEqualTo("sandbox; default-src 'none'");
        assertThat(header(answer, "Accept-Ranges")).isEqualTo("bytes");
        assertThat(header(answer, "Kiln-Output-Truncated")).isEqualTo("false");
    }

    @Test
    void each_stream_has_an_address_of_its_own() throws Exception {
        var id = ended(Samples.exited(0));
        assertThat(get(id, "stdout").body()).asString().isEqualTo("hi\n");
        var empty = get(id, "stderr");
        assertThat(empty.statusCode()).isEqualTo(200);
        assertThat(empty.body()).isEmpty();
        assertThat(get(id, "stderr", "Range", "bytes=0-").statusCode()).isEqualTo(200);
    }

    @Test
    void a_compilers_output_is_there_where_a_compiler_ran() throws Exception {
        var id = ended(Samples.compiled());
        assertThat(get(id, "compile/output").body()).asString().isEqualTo("main.c:1: warning\n");
        var none = get(ended(Samples.exited(0)), "compile/output");
        assertThat(none.statusCode()).isEqualTo(404);
        assertThat(problem(none, "type")).isEqualTo("/problems/no-compiler");
        assertThat(get(id, "compile").statusCode()).isEqualTo(404);
    }

    @Test
    void what_was_cut_says_of_how_much_it_is_the_beginning() throws Exception {
        var answer = get(ended(Samples.printed(PAGE, 1L << 40)), "stdout");
        assertThat(answer.body()).isEqualTo(PAGE);
        assertThat(header(answer, "Kiln-Output-Kept")).isEqualTo("" + PAGE.length);
        assertThat(header(answer, "Kiln-Output-Produced")).isEqualTo("" + (1L << 40));
        assertThat(header(answer, "Kiln-Output-Truncated")).isEqualTo("true");
    }

    @Test
    void the_parts_of_a_large_output_make_the_whole() throws Exception {
        byte[] large = new byte[3_000_001];
        new Random(7).nextBytes(large);
        var id = ended(Samples.printed(large, large.length));
        var first = get(id, "stdout", "Range", "bytes=0-999999");
        var rest = get(id, "stdout", "Range", "bytes=1000000-");
        assertThat(first.statusCode()).isEqualTo(206);
        assertThat(header(first, "Content-Range")).isEqualTo("bytes 0-999999/3000001");
        assertThat(header(first, "Content-Length")).isEqualTo("1000000");
        assertThat(rest.statusCode()).isEqualTo(206);
        var both = new ByteArrayOutputStream();
        both.write(first.body());
        both.write(rest.body());
        assertThat(both.toByteArray()).isEqualTo(large);
        var end = get(id, "stdout", "Range", "bytes=-1");
        assertThat(end.body()).containsExactly(large[large.length - 1]);
    }

    @Test
    void a_range_behind_the_end_is_refused_with_what_there_is() throws Exception {
        var answer = get(ended(Samples.exited(0)), "stdout", "Range", "bytes=3-");
        assertThat(answer.statusCode()).isEqualTo(416);
        assertThat(header(answer, "Content-Range")).isEqualTo("bytes */3");
        assertThat(problem(answer, "type")).isEqualTo("/problems/range-not-satisfiable");
        assertThat(problem(answer, "detail")).contains("bytes=0-2");
    }

    @Test
    void the_tag_spares_a_second_transfer_and_guards_a_resumed_one() throws Exception {
        var id = ended(Samples.printed(PAGE, PAGE.length));
        String tag = header(get(id, "stdout"), "ETag");
        var sha256 = MessageDigest.getInstance("SHA-256").digest(PAGE);
        assertThat(tag).isEqualTo('"' + HexFormat.of().formatHex(sha256) + '"');
        var known = get(id, "stdout", "If-None-Match", "\"x\", " + tag, "Range", "bytes=0-1");
        assertThat(known.statusCode()).isEqualTo(304);
        assertThat(known.body()).isEmpty();
        assertThat(get(id, "stdout", "If-None-Match", "*").statusCode()).isEqualTo(304);
        assertThat(get(id, "stdout", "If-Range", tag, "Range", "bytes=0-1").statusCode())
                .isEqualTo(206);
        var other = get(id, "stdout", "If-Range", "\"x\"", "Range", "bytes=0-1");
        assertThat(other.statusCode()).isEqualTo(200);
        assertThat(other.body()).isEqualTo(PAGE);
    }

    @Test
    void a_head_has_the_headers_and_no_byte() throws Exception {
        var id = ended(Samples.printed(PAGE, 1_000));
        var head = send("HEAD", "v1/jobs/" + id + "/stdout", "Range", "bytes=0-1");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(header(head, "Content-Length")).isEqualTo("" + PAGE.length);
        assertThat(header(head, "Kiln-Output-Produced")).isEqualTo("1000");
        assertThat(header(head, "ETag")).isEqualTo(header(get(id, "stdout"), "ETag"));
        assertThat(header(head, "X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(send("HEAD", "v1/jobs/" + Jobs.id() + "/stdout").statusCode()).isEqualTo(404);
    }

    @Test
    void a_cancelled_run_has_the_output_so_far() throws Exception {
        var lease = running();
        cancels.cancel(lease.job());
        results.finish(lease, Samples.killed(Termination.CANCELLED));
        assertThat(get(lease.job(), "stdout").body()).asString().isEqualTo("so far");
    }

    @Test
    void there_is_no_output_before_the_end_and_none_of_what_never_ran() throws Exception {
        var id = running().job();
        var early = get(id, "stderr");
        assertThat(early.statusCode()).isEqualTo(404);
        assertThat(problem(early, "type")).isEqualTo("/problems/no-result");
        assertThat(problem(early, "detail")).contains("RUNNING", "?wait=60");
        var never = Jobs.python("pass");
        submissions.insert(List.of(never));
        cancels.cancel(never.id());
        assertThat(problem(get(never.id(), "stdout"), "detail"))
                .endsWith("is CANCELLED and has no output: it ended without a result");
    }

    @ParameterizedTest
    @CsvSource({
        "01993f5e-7a10-7c3e-9d1f-3b2a51c0ff00, 404, unknown-job",
        "1, 400, invalid-request"
    })
    void an_id_that_names_no_job_is_a_problem(String id, int status, String type) throws Exception {
        var answer = send("GET", "v1/jobs/" + id + "/stdout");
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(problem(answer, "type")).isEqualTo("/problems/" + type);
    }

    private JobId ended(ExecutionResult result) {
        var lease = running();
        results.finish(lease, result);
        return lease.job();
    }

    private Lease running() {
        // Before whatever other tests left in the queue.
        var job = Jobs.priority(100);
        submissions.insert(List.of(job));
        return Workers.claim(workers, claims, 100, Duration.ofMinutes(5)).stream()
                .map(claimed -> claimed.lease())
                .filter(lease -> lease.job().equals(job.id()))
                .findFirst()
                .orElseThrow();
    }

    private HttpResponse<byte[]> get(JobId id, String source, String... headers) throws Exception {
        return send("GET", "v1/jobs/" + id + "/" + source, headers);
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

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("none");
    }

    private static String problem(HttpResponse<byte[]> answer, String field) {
        return Json.ofBytes(answer.body()).path(field).asText();
    }
}
