package dev.kiln.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.cli.ApiServer;
import dev.kiln.cli.client.CliException;
import dev.kiln.cli.client.KilnClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DoorsTest {

    private static final String FINISHED =
            "{\"id\": \"j-1\", \"state\": \"FINISHED\", \"result\": {\"success\": true, \"stdout\": \"%s\", \"runtime\": {\"name\": \"runsc\", \"version\": \"1\"}}}";
    private static final String RUNNING = "{\"id\": \"j-1\", \"state\": \"RUNNING\"}";

    private ApiServer api;
    private KilnClient client;

    @BeforeEach
    void start() throws IOException {
        api = new ApiServer().on("POST /v1/jobs", 202, "{\"id\": \"j-1\"}");
        client = KilnClient.of(api.url(), null);
    }

    @AfterEach
    void stop() {
        client.close();
        api.close();
    }

    @Test
    void a_job_is_waited_for_by_long_poll() throws InterruptedException {
        api.on("GET /v1/jobs/j-1?wait=20", 200, FINISHED.formatted("hello\\n"));
        var door = new HttpDoor(client);
        var job = door.run();
        assertThat(HelloJob.good(job)).isTrue();
        assertThat(HelloJob.runtime(job)).contains("runsc 1");
        assertThat(door.how()).isEqualTo("by long poll");
        assertThat(api.requests())
                .extracting(ApiServer.Request::line)
                .containsExactly("POST /v1/jobs", "GET /v1/jobs/j-1?wait=20");
    }

    @Test
    void a_server_that_answers_at_once_is_polled() throws InterruptedException {
        api.on("GET /v1/jobs/j-1?wait=20", 200, RUNNING);
        api.on("GET /v1/jobs/j-1?wait=20", 200, FINISHED.formatted("hello\\n"));
        var door = new HttpDoor(client);
        assertThat(HelloJob.good(door.run())).isTrue();
        assertThat(door.how()).isEqualTo("polled every 20 ms");
    }

    @Test
    void those_who_wait_at_once_show_the_key_too() throws InterruptedException {
        api.on("GET /v1/jobs/j-1?wait=60", 200, "{\"state\": \"CANCELLED\"}");
        try (var keyed = KilnClient.of(api.url(), "kiln_k");
                var waiters = new Waiters(keyed, "j-1")) {
            waiters.add(2);
            assertThat(waiters.cancelled(Duration.ofSeconds(30))).isEqualTo(2);
        }
        assertThat(api.authorizations()).containsExactly("Bearer kiln_k", "Bearer kiln_k");
    }

    @Test
    void another_output_is_no_success() throws InterruptedException {
        api.on("GET /v1/jobs/j-1?wait=20", 200, FINISHED.formatted("hullo\\n"));
        assertThat(HelloJob.good(new HttpDoor(client).run())).isFalse();
    }

    @Test
    void a_full_queue_is_one_batch() throws InterruptedException {
        var jobs = new ArrayList<String>();
        for (int i = 1; i <= 5; i++) {
            jobs.add("{\"line\": %d, \"id\": \"j-%d\"}".formatted(i, i));
            api.on(
                    "GET /v1/jobs/j-%d?wait=20".formatted(i),
                    200,
                    FINISHED.formatted(i == 5 ? "" : "hello\\n"));
        }
        api.on("POST /v1/batches", 202, "{\"jobs\": [%s]}".formatted(String.join(",", jobs)));
        var pass = new KilnContender(client).measure(1, 2);
        assertThat(pass.jobs()).isEqualTo(1);
        assertThat(pass.failed()).isEqualTo(1);
        var batch = api.requests().getFirst();
        assertThat(batch.contentType()).isEqualTo("application/x-ndjson");
        assertThat(batch.body().lines())
                .hasSize(5)
                .containsOnly("{\"language\":\"python\",\"code\":\"print('hello')\"}");
    }

    @Test
    void jobs_that_kiln_refuses_are_told() {
        api.on("POST /v1/batches", 202, "{\"jobs\": [], \"errors\": [{\"line\": 1}]}");
        assertThatThrownBy(() -> new KilnContender(client).measure(1, 1))
                .isInstanceOf(CliException.class)
                .hasMessage("Kiln took 0 of 3 jobs: [{\"line\":1}]");
    }
}
