package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeysCommandTest {
    private static final String ROW =
            "{\"id\": \"%s\", \"tenant\": \"acme\", \"role\": \"submit\", \"name\": \"nightly\","
                    + " \"created_at\": \"2030-01-01T00:00:00Z\", \"revoked_at\": null}";

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
    void a_new_key_is_printed_alone_and_every_request_has_the_one_in_use() {
        api.on("POST /v1/keys", 201, "{\"id\": \"1\", \"key\": \"kiln_1_2\"}");
        var run = run("create", "--key", "boss", "--tenant", "*", "--role", "read", "--name", "n");
        assertThat(run.out()).isEqualTo("kiln_1_2\n");
        assertThat(api.authorizations()).containsExactly("Bearer boss");
        assertThat(api.requests())
                .extracting(ApiServer.Request::body)
                .containsExactly("{\"role\":\"read\",\"name\":\"n\",\"tenant\":\"*\"}");
    }

    @Test
    void all_pages_are_one_list() {
        api.on("GET /v1/keys", 200, page(ROW.formatted("k1"), "\"k1\""))
                .on("GET /v1/keys?after=k1", 200, page(ROW.formatted("k2"), "null"));
        assertThat(run("list").out().lines().toList())
                .hasSize(3)
                .element(2)
                .asString()
                .startsWith("k2")
                .contains("acme", "submit", "nightly");
        assertThat(run("list", "--json").out().lines()).hasSize(2);
    }

    @Test
    void keys_are_revoked_one_by_one() {
        api.on("DELETE /v1/keys/k1", 200, "{\"id\": \"k1\", \"revoked\": true}")
                .on("DELETE /v1/keys/k2", 404, "{\"title\": \"t\", \"detail\": \"no key\"}");
        var run = run("revoke", "k1", "k2");
        assertThat(run.out()).isEqualTo("k1  revoked\n");
        assertThat(run.err()).contains("Kiln refused this (404): no key");
        assertThat(run.exitCode()).isEqualTo(2);
    }

    @Test
    void a_key_that_can_be_none_is_refused_and_not_repeated() {
        var run = run("list", "--key", "my secret");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("the key holds a space").doesNotContain("my secret");
    }

    private static String page(String row, String next) {
        return "{\"keys\": [%s], \"next\": %s}".formatted(row, next);
    }

    private CommandLineRun run(String command, String... arguments) {
        var all = new ArrayList<>(List.of("keys", command));
        all.addAll(List.of("--server", api.url()));
        all.addAll(List.of(arguments));
        return CommandLineRun.of(all.toArray(String[]::new));
    }
}
