package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultCommandTest {

    private ApiServer api;

    @BeforeEach
    void start() throws IOException {
        api = new ApiServer();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void a_program_that_succeeded_ends_with_zero_and_its_output_alone_on_standard_output() {
        api.on("GET /v1/jobs/j-1", 200, Documents.finished("j-1", 0, "hi\\n", ""));
        assertThat(result("j-1"))
                .isEqualTo(
                        new CommandLineRun(
                                0, "hi\n", "j-1  FINISHED: exited, exit code 0, 41 ms\n"));
    }

    @Test
    void a_job_without_a_result_ends_with_one_and_its_reason() {
        api.on("GET /v1/jobs/j-1", 200, Documents.without("j-1", "ABANDONED", "image is missing"));
        assertThat(result("j-1"))
                .isEqualTo(new CommandLineRun(1, "", "j-1  ABANDONED: image is missing\n"));
    }

    @Test
    void a_job_that_has_not_ended_ends_with_one_and_its_state() {
        api.on("GET /v1/jobs/j-1", 200, Documents.job("j-1", "QUEUED"));
        assertThat(result("j-1")).isEqualTo(new CommandLineRun(1, "", "j-1  QUEUED\n"));
    }

    @Test
    void a_program_that_was_killed_has_no_exit_code() {
        api.on("GET /v1/jobs/j-1", 200, Documents.timedOut("j-1"));
        assertThat(result("j-1"))
                .isEqualTo(new CommandLineRun(1, "", "j-1  FINISHED: timed out, 41 ms\n"));
    }

    @Test
    void the_limit_that_ended_it_is_named_in_its_own_unit() {
        String killed = Documents.timedOut("j-1");
        api.on("GET /v1/jobs/j-1", 200, with(killed, "timeout", 2500))
                .on("GET /v1/jobs/j-1", 200, with(killed, "memory_limit", 128 << 20))
                .on("GET /v1/jobs/j-1", 200, with(killed, "pids_limit", 50));
        assertThat(result("j-1").err()).contains("(limit: 2.5 s)");
        assertThat(result("j-1").err()).contains("(limit: 128 MiB)");
        assertThat(result("j-1").err()).contains("(limit: 50 processes)");
    }

    @Test
    void a_failed_compilation_shows_the_compilers_words_and_its_own_limit() {
        api.on("GET /v1/jobs/j-1", 200, Documents.notCompiled("j-1", "error: no\\n", false))
                .on(
                        "GET /v1/jobs/j-1",
                        200,
                        with(
                                Documents.notCompiled("j-1", "so far\\n", true),
                                "compile_timeout",
                                30_000));
        assertThat(result("j-1"))
                .isEqualTo(
                        new CommandLineRun(
                                1, "", "j-1  FINISHED: compile failed, 41 ms\nerror: no\n"));
        assertThat(result("j-1").err())
                .isEqualTo(
                        "j-1  FINISHED: compile failed (limit: 30.0 s), 41 ms\nso far\n(output was cut: the compiler wrote 99999 bytes)\n");
    }

    private static String with(String job, String limit, int value) {
        return job.replace(
                "\"result\": {",
                "\"result\": {\"evidence\": {\"limit\": \"%s\", \"limit_value\": %d}, "
                        .formatted(limit, value));
    }

    @Test
    void output_that_its_document_leaves_elsewhere_is_fetched_and_printed() {
        String job =
                Documents.finished("j-1", 0, "", "small\\n")
                        .replace("\"stdout\": \"\"", "\"stdout\": null, \"stdout_stored\": true");
        api.on("GET /v1/jobs/j-1", 200, job)
                .on("GET /v1/jobs/j-1", 200, job)
                .on("GET /v1/jobs/j-1/stdout", 200, "large\n");
        var run = result("j-1");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).isEqualTo("large\n");
        assertThat(run.err()).endsWith("small\n");
        var document = CommandLineRun.of("result", "j-1", "--json", "--server", api.url());
        assertThat(document.out()).contains("\"stdout_stored\":true").doesNotContain("large");
    }

    @Test
    void a_rejected_submission_shows_its_fields() {
        api.on(
                "GET /v1/jobs/j-1",
                200,
                """
                {"id": "j-1", "state": "REJECTED", "reason": "one field is wrong",
                 "errors": [{"pointer": "/code", "message": "is missing"}], "rejected_at": "2026-01-02T03:04:05Z"}
                """);
        assertThat(result("j-1"))
                .isEqualTo(
                        new CommandLineRun(
                                1, "", "j-1  REJECTED: one field is wrong\n  code: is missing\n"));
    }

    @Test
    void a_server_that_does_not_wait_is_asked_until_the_job_has_ended() {
        api.on("GET /v1/jobs/j-1?wait=30", 200, Documents.job("j-1", "QUEUED"))
                .on("GET /v1/jobs/j-1?wait=30", 200, Documents.job("j-1", "RUNNING"))
                .on("GET /v1/jobs/j-1?wait=30", 200, Documents.finished("j-1", 0, "", ""));
        var run = CommandLineRun.of("result", "j-1", "--wait", "--server", api.url());
        assertThat(run.exitCode()).isZero();
        assertThat(api.requests()).hasSize(3);
    }

    @Test
    void an_unknown_id_is_an_error_of_the_command() {
        api.on("GET /v1/jobs/j-1", 404, "{\"title\": \"Not found\", \"status\": 404}");
        assertThat(result("j-1"))
                .isEqualTo(
                        new CommandLineRun(
                                2,
                                "",
                                "kiln: Kiln knows no job j-1: check the id and the server (--server, KILN_URL)\n"));
    }

    @Test
    void what_cannot_be_an_id_is_not_asked_for() {
        assertThat(result("../health").exitCode()).isEqualTo(2);
        assertThat(api.requests()).isEmpty();
    }

    @Test
    void json_is_the_servers_document_on_one_line() {
        api.on("GET /v1/jobs/j-1", 200, Documents.job("j-1", "RUNNING"));
        var run = CommandLineRun.of("result", "j-1", "--json", "--server", api.url());
        assertThat(run.out())
                .startsWith("{\"id\":\"j-1\",\"state\":\"RUNNING\"")
                .endsWith("}\n")
                .hasLineCount(1);
        assertThat(run.err()).isEmpty();
    }

    @Test
    void output_is_raw_in_a_pipe_and_harmless_on_a_terminal() {
        api.on(
                "GET /v1/jobs/j-1",
                200,
                Documents.finished("j-1", 0, "\\u001b[31mred\\u0007", "\\u001b]0;t"));
        assertThat(result("j-1").out()).isEqualTo("\u001b[31mred\u0007");
        var shown = CommandLineRun.onTerminal("result", "j-1", "--server", api.url());
        assertThat(shown.out()).isEqualTo("␛[31mred␇");
        assertThat(shown.err()).endsWith("␛]0;t");
    }

    @Test
    void output_that_was_cut_says_so() {
        api.on(
                "GET /v1/jobs/j-1",
                200,
                Documents.finished("j-1", 0, "part", "")
                        .replace(
                                "\"stdout_truncated\": false",
                                "\"stdout_truncated\": true, \"stdout_bytes\": 5000"));
        assertThat(result("j-1").err())
                .endsWith("(stdout was cut: the program wrote 5000 bytes)\n");
    }

    @Test
    void artifacts_are_fetched_by_their_names_and_written_below_the_folder(@TempDir Path home) {
        api.on("GET /v1/jobs/j-1", 200, withArtifact("out/a b;%.txt"))
                .on("GET /v1/jobs/j-1/artifacts/out/a%20b%3B%25.txt", 200, "content");

        var run =
                CommandLineRun.of(
                        "result",
                        "j-1",
                        "--server",
                        api.url(),
                        "--artifacts",
                        home.resolve("new").toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(home.resolve("new/out/a b;%.txt")).hasContent("content");
    }

    @Test
    void an_artifact_whose_name_leads_elsewhere_is_not_even_fetched(@TempDir Path home) {
        api.on("GET /v1/jobs/j-1", 200, withArtifact("../evil"));

        var run =
                CommandLineRun.of(
                        "result", "j-1", "--server", api.url(), "--artifacts", home.toString());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("leads elsewhere");
        assertThat(api.requests()).hasSize(1);
        assertThat(home).isEmptyDirectory();
    }

    private static String withArtifact(String path) {
        return Documents.finished("j-1", 0, "", "")
                .replace(
                        "\"result\": {",
                        "\"result\": {\"artifacts\": [{\"path\": \"%s\"}], ".formatted(path));
    }

    private CommandLineRun result(String id) {
        return CommandLineRun.of("result", id, "--server", api.url());
    }
}
