package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BenchCommandTest {

    private ApiServer api;

    @BeforeEach
    void start() throws IOException {
        api = new ApiServer().on("POST /v1/jobs?wait=30", 202, "{\"id\": \"j-1\"}");
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void says_what_must_be_known_to_compare() {
        api.on("GET /v1/jobs/j-1?wait=30", 200, Documents.finished("j-1", 0, "hello\\n", ""));
        var run = bench();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("hello: 6 jobs, 2 at once", " jobs/s, 0 failed")
                .contains("submit to result, by long poll")
                .contains("submitted_at to finished_at (server):  p50 1000 ms, p99 1000 ms")
                .contains("cpus, Linux", "runtime runsc 1");
    }

    @Test
    void programs_that_fail_are_counted_and_fail_the_run() {
        api.on("GET /v1/jobs/j-1?wait=30", 200, Documents.finished("j-1", 1, "", ""));
        assertThat(bench().exitCode()).isEqualTo(1);
        assertThat(bench().out()).contains("6 failed");
    }

    @Test
    void json_is_one_line() {
        api.on("GET /v1/jobs/j-1?wait=30", 200, Documents.finished("j-1", 0, "hello\\n", ""));
        assertThat(bench("--json").out())
                .startsWith("{\"bench\":\"hello\",\"jobs\":6,\"concurrency\":2,\"failed\":0,")
                .hasLineCount(1);
    }

    @Test
    void a_benchmark_that_is_not_there_is_refused() {
        var run = CommandLineRun.of("bench", "world", "--server", api.url());
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(api.requests()).isEmpty();
    }

    @Test
    void without_one_those_that_are_there_are_named() {
        var run = CommandLineRun.of("bench");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("say which benchmark: ", "hello", "peers");
    }

    @Test
    void what_to_compare_is_checked_before_anything_starts() {
        var run = CommandLineRun.of("bench", "peers", "--only", "kiln", "--jobs", "0");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--jobs is 1 to 1,000,000, not 0");
    }

    private CommandLineRun bench(String... more) {
        var args =
                new ArrayList<>(
                        List.of(
                                "bench",
                                "hello",
                                "--jobs",
                                "6",
                                "--concurrency",
                                "2",
                                "--server",
                                api.url()));
        args.addAll(List.of(more));
        return CommandLineRun.of(args.toArray(String[]::new));
    }
}
