package dev.kiln.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CapCommandTest {
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
    void a_cap_is_set_and_lifted() {
        api.on(
                        "POST /v1/tenants/acme:cap?max_running=5",
                        200,
                        "{\"tenant\": \"acme\", \"max_running\": 5}")
                .on("POST /v1/tenants/acme:uncap", 200, "{\"tenant\": \"acme\"}");
        assertThat(run("cap", "acme", "5"))
                .isEqualTo(new CommandLineRun(0, "at most 5 jobs of acme run at once\n", ""));
        assertThat(run("cap", "acme", "--lift"))
                .isEqualTo(
                        new CommandLineRun(
                                0, "as many jobs of acme run as there is room for\n", ""));
    }

    @Test
    void without_arguments_all_are_listed() {
        api.on(
                "GET /v1/tenants",
                200,
                "{\"tenants\": [{\"tenant\": \"acme\", \"max_running\": 5}]}");
        assertThat(run("cap").out().lines().map(String::strip))
                .containsExactly("TENANT  AT ONCE", "acme    5");
        assertThat(run("cap", "--json").out())
                .isEqualTo("{\"tenants\":[{\"tenant\":\"acme\",\"max_running\":5}]}\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cap acme", "cap acme many", "cap acme 5 --lift", "cap --lift"})
    void what_makes_no_sense_is_refused_before_anything_is_asked(String line) {
        assertThat(run(line.split(" ")).exitCode()).isEqualTo(2);
        assertThat(api.requests()).isEmpty();
    }

    private CommandLineRun run(String... arguments) {
        return CommandLineRun.of(
                Stream.concat(Stream.of(arguments), Stream.of("--server", api.url()))
                        .toArray(String[]::new));
    }
}
