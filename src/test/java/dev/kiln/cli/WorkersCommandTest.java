package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkersCommandTest {
    private static final String READY =
            """
            {"id": "host-1", "live": true, "cordoned": false, "trouble": null, "slots": 4, "busy": 1,
             "languages": ["node", "python"], "lacking": {}, "network": true, "memory_bytes": 2147483648,
             "heartbeat_age_ms": 1200}""";
    private static final String LACKING =
            READY.replace("host-1", "host-2")
                    .replace("\"lacking\": {}", "\"lacking\": {\"c\": \"no image: build it\"}")
                    .replace("\"network\": true", "\"network\": false");
    private static final String CORDONED =
            READY.replace("host-1", "host-3").replace("\"cordoned\": false", "\"cordoned\": true");
    private static final String TROUBLED =
            READY.replace("host-1", "host-4")
                    .replace("\"trouble\": null", "\"trouble\": \"no engine: start it\"");
    private static final String DEAD =
            READY.replace("host-1", "host-5").replace("\"live\": true", "\"live\": false");

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
    void each_worker_is_a_line_with_its_state_and_why_it_does_not_run_more() {
        api.on("GET /v1/workers", 200, workers(READY, LACKING, CORDONED, TROUBLED, DEAD));
        var lines = run("workers").out().lines().toList();
        assertThat(lines).hasSize(6);
        assertThat(lines.get(0)).startsWith("WORKER").endsWith("WHY NOT");
        assertThat(lines.get(1))
                .startsWith("host-1  ready")
                .contains("1/4", "2048 MiB", "1.2 s", "node python (network)");
        assertThat(lines.get(2)).contains("ready").endsWith("c: no image: build it");
        assertThat(lines.get(3)).contains("cordoned");
        assertThat(lines.get(4)).contains("not ready").endsWith("no engine: start it");
        assertThat(lines.get(5)).contains("dead");
    }

    @Test
    void json_is_the_servers_document() {
        api.on("GET /v1/workers", 200, workers());
        assertThat(run("workers", "--json").out()).isEqualTo("{\"workers\":[]}\n");
    }

    @Test
    void cordon_and_uncordon_ask_for_it() {
        api.on("POST /v1/workers/host-1:cordon", 200, "{\"id\": \"host-1\", \"cordoned\": true}")
                .on("POST /v1/workers/host-1:uncordon", 200, "{\"id\": \"host-1\"}");
        assertThat(run("cordon", "host-1"))
                .isEqualTo(new CommandLineRun(0, "", "host-1 takes no more jobs\n"));
        assertThat(run("uncordon", "host-1"))
                .isEqualTo(new CommandLineRun(0, "", "host-1 takes jobs again\n"));
        assertThat(api.requests()).hasSize(2);
        assertThat(run("cordon", "--json", "host-1"))
                .isEqualTo(
                        new CommandLineRun(0, "{\"worker\":\"host-1\",\"cordoned\":true}\n", ""));
        assertThat(run("uncordon", "--json", "host-1").out()).contains("\"cordoned\":false");
    }

    @Test
    void an_unknown_worker_is_an_error_with_the_servers_words() {
        api.on(
                "POST /v1/workers/host-9:cordon",
                404,
                """
                {"type": "/problems/unknown-worker", "title": "There is no such worker", "status": 404,
                 "detail": "no worker of this id is alive: GET /v1/workers lists them"}""");
        var refused = run("cordon", "host-9");
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("no worker of this id is alive");
    }

    @Test
    void what_cannot_be_an_id_is_not_asked_for() {
        assertThat(run("cordon", "../jobs").exitCode()).isEqualTo(2);
        assertThat(api.requests()).isEmpty();
    }

    private static String workers(String... workers) {
        return "{\"workers\": [" + String.join(", ", workers) + "]}";
    }

    private CommandLineRun run(String command, String... arguments) {
        String[] line = new String[arguments.length + 3];
        line[0] = command;
        System.arraycopy(arguments, 0, line, 1, arguments.length);
        line[line.length - 2] = "--server";
        line[line.length - 1] = api.url();
        return CommandLineRun.of(line);
    }
}
