package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ListCommandTest {
    private static final String FINISHED =
            """
            {"id": "01993f5e-7a10-7c3e-9d1f-3b2a51c0ffee", "state": "FINISHED", "tenant": "acme", "batch": "nightly-7",
             "language": "python", "submitted_at": "2026-01-02T03:04:05.678901Z", "reason": null,
             "termination": "timed_out", "exit_code": null, "success": false, "duration_ms": 30001}""";
    private static final String ABANDONED =
            """
            {"id": "01993f5e-7a10-7c3e-9d1f-3b2a51c0ff00", "state": "ABANDONED", "tenant": "acme", "batch": null,
             "language": "c", "submitted_at": "2026-01-02T03:04:04Z", "reason": "lost_worker w\\u001b[31m",
             "termination": null, "exit_code": null, "success": null, "duration_ms": null}""";

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
    void jobs_are_a_table_in_which_no_id_is_cut() {
        api.on("GET /v1/jobs?limit=50", 200, page("null", FINISHED, ABANDONED));
        var run = run();
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out().lines().toList().get(1))
                .startsWith("01993f5e-7a10-7c3e-9d1f-3b2a51c0ffee  FINISHED ")
                .contains("2026-01-02T03:04:05Z", "python", "30.0 s", "nightly-7", "timed out");
        assertThat(run.out().lines().toList().get(2))
                .startsWith("01993f5e-7a10-7c3e-9d1f-3b2a51c0ff00  ABANDONED")
                .contains("lost_worker w")
                .doesNotContain("\u001b");
    }

    @Test
    void every_filter_is_a_parameter() {
        api.on(
                "GET /v1/jobs?state=FINISHED&cause=exited&tenant=acme&batch=b%3A1&language=c&label=team%3Dred%20one"
                        + "&since=2026-01-01T00%3A00%3A00%2B01%3A00&until=2026-01-02T00%3A00%3A00Z&limit=7&after=xyz",
                200, page("null"));
        var run =
                run(
                        "--state=finished",
                        "--cause=exited",
                        "--tenant=acme",
                        "--batch=b:1",
                        "--language=c",
                        "--label=team=red one",
                        "--since=2026-01-01T00:00:00+01:00",
                        "--until=2026-01-02T00:00:00Z",
                        "--limit=7",
                        "--after=xyz");
        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    @Test
    void pages_are_asked_for_until_there_are_enough_also_past_an_empty_one() {
        api.on("GET /v1/jobs?limit=2", 200, page("\"p2\"", FINISHED))
                .on("GET /v1/jobs?limit=1&after=p2", 200, page("\"p3\""))
                .on("GET /v1/jobs?limit=1&after=p3", 200, page("\"p4\"", ABANDONED));
        var run = run("--limit=2");
        assertThat(run.out().lines()).hasSize(3);
        assertThat(run.err()).isEqualTo("there may be more: add --after p4\n");
        assertThat(api.requests()).hasSize(3);
    }

    @Test
    void scripts_get_one_document_of_all_pages() {
        api.on("GET /v1/jobs?limit=50", 200, page("\"p2\"", FINISHED))
                .on("GET /v1/jobs?limit=49&after=p2", 200, page("null", ABANDONED));
        var run = run("--json");
        assertThat(run.out())
                .startsWith("{\"jobs\":[{\"id\":\"01993f5e-7a10-7c3e-9d1f-3b2a51c0ffee\"")
                .endsWith("],\"next\":null}\n");
        assertThat(run.out().lines()).hasSize(1);
    }

    @Test
    void what_the_server_refuses_is_told() {
        api.on(
                "GET /v1/jobs?state=DONE&limit=50",
                400,
                "{\"title\": \"The request is not valid\", \"detail\": \"the query's state must be one of QUEUED\"}");
        var run = run("--state", "done");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("the query's state must be one of");
        assertThat(run("--limit=0").err()).contains("--limit must be 1 or more: 0");
    }

    private static String page(String next, String... jobs) {
        return "{\"jobs\": [" + String.join(", ", jobs) + "], \"next\": " + next + "}";
    }

    private CommandLineRun run(String... arguments) {
        var line = new ArrayList<>(List.of("list", "--server", api.url()));
        line.addAll(List.of(arguments));
        return CommandLineRun.of(line.toArray(String[]::new));
    }
}
