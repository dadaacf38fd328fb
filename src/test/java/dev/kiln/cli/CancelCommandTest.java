package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CancelCommandTest {

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
    void jobs_that_are_or_will_be_cancelled_end_with_zero() {
        api.on("DELETE /v1/jobs/j-1", 200, "{}").on("DELETE /v1/jobs/j-2", 202, "{}");
        assertThat(run("cancel", "j-1", "j-2"))
                .isEqualTo(new CommandLineRun(0, "j-1  cancelled\nj-2  is being stopped\n", ""));
    }

    @Test
    void a_job_that_had_ended_ends_with_one_and_an_unknown_one_with_two() {
        api.on("DELETE /v1/jobs/j-1", 409, "{}").on("DELETE /v1/jobs/j-2", 404, "{}");
        assertThat(run("cancel", "j-1"))
                .isEqualTo(new CommandLineRun(1, "", "j-1  had ended before: see `kiln result`\n"));
        assertThat(run("cancel", "j-2", "j-1").exitCode()).isEqualTo(2);
    }

    @Test
    void each_job_that_is_to_be_retried_is_told() {
        api.on(
                "POST /v1/jobs:retry",
                200,
                """
                {"retried": 1, "more": false, "jobs": [
                  {"id": "j-1", "retried": true, "state": "QUEUED", "reason": null},
                  {"id": "j-2", "retried": false, "state": "FINISHED", "reason": "is FINISHED"}]}""");
        assertThat(run("retry", "j-1", "j-2"))
                .isEqualTo(new CommandLineRun(1, "j-1  queued again\n", "j-2  is FINISHED\n"));
        assertThat(api.requests().getFirst().body()).isEqualTo("{\"ids\":[\"j-1\",\"j-2\"]}");
    }

    @Test
    void json_tells_of_each_job_and_the_exit_code_is_the_same() {
        api.on("DELETE /v1/jobs/j-1", 202, "{}")
                .on("DELETE /v1/jobs/j-2", 409, "{}")
                .on(
                        "POST /v1/jobs:retry",
                        200,
                        "{\"retried\": 7, \"more\": false, \"jobs\": [{\"id\": \"j-2\", \"retried\": false}]}");
        assertThat(run("cancel", "--json", "j-1", "j-2"))
                .isEqualTo(
                        new CommandLineRun(
                                1,
                                """
                                {"id":"j-1","outcome":"requested"}
                                {"id":"j-2","outcome":"too_late"}
                                """,
                                ""));
        assertThat(run("retry", "--json", "--all"))
                .isEqualTo(new CommandLineRun(0, "{\"retried\":7}\n", ""));
        assertThat(run("retry", "--json", "j-2"))
                .isEqualTo(
                        new CommandLineRun(
                                1,
                                "{\"retried\":7,\"more\":false,\"jobs\":[{\"id\":\"j-2\",\"retried\":false}]}\n",
                                ""));
    }

    @Test
    void all_of_a_tenant_are_retried_in_as_many_requests_as_it_takes() {
        api.on("POST /v1/jobs:retry", 200, "{\"retried\": 1000, \"more\": true}")
                .on("POST /v1/jobs:retry", 200, "{\"retried\": 7, \"more\": false}");
        assertThat(run("retry", "--tenant", "acme"))
                .isEqualTo(new CommandLineRun(0, "queued again: 1007\n", ""));
        assertThat(api.requests().getFirst().body())
                .isEqualTo("{\"tenant\":\"acme\",\"batch\":null}");
    }

    @Test
    void a_rerun_prints_the_new_jobs_id_or_why_there_is_none() {
        api.on("POST /v1/jobs/j-1:rerun", 202, "{\"id\": \"j-9\", \"rerun_of\": \"j-1\"}")
                .on(
                        "POST /v1/jobs/j-2:rerun",
                        409,
                        "{\"title\": \"x\", \"detail\": \"job j-2 has not ended\"}");
        assertThat(run("rerun", "j-1")).isEqualTo(new CommandLineRun(0, "j-9\n", ""));
        assertThat(run("rerun", "j-2").exitCode()).isEqualTo(2);
        assertThat(run("rerun", "j-2").err()).contains("job j-2 has not ended");
    }

    @Test
    void a_rerun_that_is_waited_for_ends_as_its_program_did() {
        api.on("POST /v1/jobs/j-1:rerun", 202, "{\"id\": \"j-9\"}")
                .on(
                        "GET /v1/jobs/j-9?wait=30",
                        200,
                        "{\"id\": \"j-9\", \"state\": \"ABANDONED\", \"reason\": \"gave up\", \"result\": null}");
        var run = run("rerun", "--wait", "j-1");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).isEqualTo("j-9  ABANDONED: gave up\n");
    }

    @Test
    void what_to_retry_must_be_said_and_only_once() {
        assertThat(run("retry").exitCode()).isEqualTo(2);
        assertThat(run("retry", "--all", "--batch", "b").err()).contains("is not clear");
        assertThat(api.requests()).isEmpty();
    }

    private CommandLineRun run(String command, String... arguments) {
        var line = new ArrayList<>(List.of(command, "--server", api.url()));
        line.addAll(List.of(arguments));
        return CommandLineRun.of(line.toArray(String[]::new));
    }
}
