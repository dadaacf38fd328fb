package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
            {"batch": null, "jobs": [{"line": 1, "id": "j-1"}, {"line": 2, "id": "j-2"}], "errors": []}
            """;

    @TempDir Path folder;
    private ApiServer api;
    private String file;

    @BeforeEach
    void start() throws IOException {
        api = new ApiServer();
        file = Files.writeString(folder.resolve("batch.jsonl"), LINES).toString();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void the_file_goes_as_it_is_and_the_ids_come_back() {
        api.on("POST /v1/batches", 202, BOTH);
        assertThat(batch()).isEqualTo(new CommandLineRun(0, "j-1\nj-2\n", ""));
        assertThat(api.requests())
                .containsExactly(
                        new ApiServer.Request(
                                "POST /v1/batches", "application/x-ndjson", "null", LINES));
    }

    @Test
    void waiting_ends_with_a_table_and_one_when_a_program_failed() {
        api.on("POST /v1/batches", 202, BOTH)
                .on("GET /v1/jobs/j-1", 200, Documents.finished("j-1", 0, "hi\\nthere\\n", ""))
                .on("GET /v1/jobs/j-2", 200, Documents.job("j-2", "RUNNING"))
                .on("GET /v1/jobs/j-2?wait=0.02", 200, Documents.job("j-2", "RUNNING"))
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
        assertThat(run.err()).isEqualTo("1 of 2 jobs ended\n2 of 2 jobs ended\n");
    }

    @Test
    void waiting_for_programs_that_all_succeed_ends_with_zero() {
        api.on("POST /v1/batches", 202, BOTH)
                .on("GET /v1/jobs/j-1", 200, Documents.finished("j-1", 0, "", ""))
                .on("GET /v1/jobs/j-2", 200, Documents.finished("j-2", 0, "", ""));
        assertThat(batch("--wait").exitCode()).isZero();
    }

    @Test
    void a_line_that_is_refused_is_named_and_the_others_are_still_submitted() {
        api.on(
                "POST /v1/batches",
                202,
                """
                {"batch": null, "jobs": [{"line": 1, "id": "j-1"}],
                 "errors": [{"line": 2, "errors": [{"pointer": "/code", "message": "is missing"}]}]}
                """);
        assertThat(batch())
                .isEqualTo(
                        new CommandLineRun(
                                2, "j-1\n", "kiln: line 2 was refused:\n  code: is missing\n"));
    }

    @Test
    void json_is_a_document_a_line() {
        api.on("POST /v1/batches", 202, BOTH)
                .on("GET /v1/jobs/j-1", 200, Documents.finished("j-1", 0, "", ""))
                .on("GET /v1/jobs/j-2", 200, Documents.finished("j-2", 0, "", ""));
        assertThat(batch("--wait", "--json").out().lines())
                .hasSize(2)
                .allMatch(line -> line.startsWith("{") && line.endsWith("}"));
    }

    private CommandLineRun batch(String... more) {
        var args = new ArrayList<>(List.of("batch", file, "--server", api.url()));
        args.addAll(List.of(more));
        return CommandLineRun.of(args.toArray(String[]::new));
    }
}
