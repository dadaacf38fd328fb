package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchCommandTest {

    private static final String LINES =
            """
            {"language": "python", "code": "print('hi')", "labels": {"name": "hello"}}
            {"language": "python", "code": "1/0"}
            """;
    private static final String BOTH =
            """
            {"line":1,"id":"j-1"}
            {"line":2,"id":"j-2"}
            {"done":true,"accepted":2,"known":0,"refused":0,"batches":[{"batch":"made","tenant":"default","jobs":2,"closed":false}]}
            """;
    private static final String SEND = "POST /v1/batches?first_line=1";
    private static final String CLOSE = "POST /v1/batches/made:close?tenant=default";
    private static final String LOOK = "GET /v1/batches/made?tenant=default";

    @TempDir Path folder;
    private ApiServer api;
    private String file;

    @BeforeEach
    void start() throws IOException {
        api = new ApiServer();
        api.location("/v1/batches/made");
        api.on(CLOSE, 200, "{}");
        file = Files.writeString(folder.resolve("batch.jsonl"), LINES).toString();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void the_file_goes_as_it_is_the_ids_come_back_and_the_batch_is_whole() {
        api.on(SEND, 202, BOTH);
        assertThat(batch()).isEqualTo(new CommandLineRun(0, "j-1\nj-2\n", ""));
        assertThat(api.requests()).extracting(ApiServer.Request::line).containsExactly(SEND, CLOSE);
        assertThat(api.requests().getFirst())
                .isEqualTo(new ApiServer.Request(SEND, "application/x-ndjson", "null", LINES));
    }

    @Test
    void a_batch_that_was_named_stays_open_unless_it_is_said_to_be_whole() {
        String named = SEND + "&batch=made";
        api.on(named, 202, BOTH);
        assertThat(batch("--batch", "made").exitCode()).isZero();
        assertThat(api.requests()).extracting(ApiServer.Request::line).containsExactly(named);
        assertThat(batch("--batch", "made", "--close").exitCode()).isZero();
        assertThat(api.requests())
                .extracting(ApiServer.Request::line)
                .containsExactly(named, named, CLOSE);
    }

    @Test
    void waiting_ends_with_a_table_and_one_when_a_program_failed() {
        api.on(SEND, 202, BOTH)
                .on(LOOK, 200, looked(2, 1, 1, 1))
                .on(LOOK, 200, looked(2, 2, 1, 0))
                .on("GET /v1/jobs/j-1", 200, Documents.finished("j-1", 0, "hi\\nthere\\n", ""))
                .on(
                        "GET /v1/jobs/j-2",
                        200,
                        Documents.finished("j-2", 1, "", "Traceback\\nZeroDivisionError\\n"));
        var run = batch("--wait");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out())
                .isEqualTo(
                        """
                        JOB    LANGUAGE  STATE     WHY IT ENDED  EXIT  TIME   OUTPUT
                        hello  python    FINISHED  exited        0     41 ms  hi
                        j-2    python    FINISHED  exited        1     41 ms  ZeroDivisionError
                        """);
        assertThat(run.err())
                .isEqualTo(
                        "1 of 2 jobs ended, 0 failed, 1 running\n2 of 2 jobs ended, 1 failed, 0 running\n");
    }

    @Test
    void a_terminal_shows_a_bar() {
        api.on(SEND, 202, BOTH).on(LOOK, 200, looked(2, 1, 1, 1)).on(LOOK, 200, looked(2, 2, 2, 0));
        api.on("GET /v1/jobs/j-1", 200, Documents.finished("j-1", 0, "", ""))
                .on("GET /v1/jobs/j-2", 200, Documents.finished("j-2", 0, "", ""));
        var run = CommandLineRun.onTerminal("batch", file, "--server", api.url(), "--wait");
        assertThat(run.exitCode()).isZero();
        assertThat(run.err())
                .contains("\r\u001b[K[############------------] 1 of 2 jobs ended")
                .contains("[########################] 2 of 2 jobs ended");
    }

    @Test
    void a_line_that_is_refused_is_named_and_the_others_are_still_submitted() {
        api.on(
                SEND,
                202,
                """
                {"line":1,"id":"j-1"}
                {"line":2,"errors":[{"pointer":"/code","message":"is missing"}]}
                {"done":true,"accepted":1,"known":0,"refused":1,"batches":[{"batch":"made","tenant":"default","jobs":1,"closed":false}]}
                """);
        assertThat(batch())
                .isEqualTo(
                        new CommandLineRun(
                                2, "j-1\n", "kiln: line 2 was refused:\n  code: is missing\n"));
        assertThat(api.requests())
                .as("a batch without one of its lines is not whole")
                .extracting(ApiServer.Request::line)
                .containsExactly(SEND);
    }

    @Test
    void many_lines_go_in_pieces_and_a_piece_that_was_not_taken_goes_again() throws IOException {
        var lines =
                IntStream.range(0, 1500).mapToObj(i -> "{\"code\": \"%d\"}".formatted(i)).toList();
        Files.write(Path.of(file), lines);
        String second = SEND.replace("=1", "=1001");
        api.on(SEND, 429, "{\"title\": \"Too many jobs are queued\"}")
                .on(SEND, 202, ids(1, 1000))
                .on(
                        second,
                        202,
                        "{\"done\":false,\"send_again_from\":1001,\"detail\":\"the database is away\"}\n")
                .on(second, 202, ids(1001, 500));
        var run = batch("--idempotency-key", "k 1");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines()).hasSize(1500).doesNotHaveDuplicates();
        assertThat(run.err()).contains("Too many jobs are queued", "the database is away");
        assertThat(api.requests())
                .extracting(ApiServer.Request::line)
                .containsExactly(SEND, SEND, second, second, CLOSE);
        assertThat(api.requests().get(1).body().lines()).isEqualTo(lines.subList(0, 1000));
        assertThat(api.requests().get(3).body().lines()).isEqualTo(lines.subList(1000, 1500));
        assertThat(api.keys()).containsOnly("k 1");
    }

    @Test
    void many_jobs_are_a_summary() throws IOException {
        Files.write(
                Path.of(file),
                IntStream.range(0, 150).mapToObj(i -> "{\"n\": " + i + "}").toList());
        api.on(SEND, 202, ids(1, 150)).on(LOOK, 200, looked(150, 150, 149, 0));
        var run = batch("--wait");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out())
                .isEqualTo(
                        "150 jobs, 149 succeeded, 1 did not\nresults: GET /v1/batches/made/results?tenant=default\n");
    }

    @Test
    void json_is_a_document_a_line() {
        api.on(SEND, 202, BOTH)
                .on(LOOK, 200, looked(2, 2, 2, 0))
                .on(
                        "GET /v1/batches/made/results?tenant=default",
                        200,
                        "{\"id\": \"j-1\"}\n{\"id\": \"j-2\"}\n");
        assertThat(batch("--wait", "--json").out())
                .isEqualTo("{\"id\": \"j-1\"}\n{\"id\": \"j-2\"}\n");
        assertThat(batch("--json").out())
                .isEqualTo("{\"line\":1,\"id\":\"j-1\"}\n{\"line\":2,\"id\":\"j-2\"}\n");
    }

    private static String ids(int first, int count) {
        return IntStream.range(first, first + count)
                        .mapToObj(i -> "{\"line\":%d,\"id\":\"j-%d\"}\n".formatted(i, i))
                        .collect(Collectors.joining())
                + "{\"done\":true,\"batches\":[{\"batch\":\"made\",\"tenant\":\"default\"}]}\n";
    }

    private static String looked(int jobs, int ended, int succeeded, int running) {
        return "{\"jobs\": %d, \"ended\": %d, \"succeeded\": %d, \"states\": {\"RUNNING\": %d}}"
                .formatted(jobs, ended, succeeded, running);
    }

    private CommandLineRun batch(String... more) {
        var args = new ArrayList<>(List.of("batch", file, "--server", api.url()));
        args.addAll(List.of(more));
        return CommandLineRun.of(args.toArray(String[]::new));
    }
}
