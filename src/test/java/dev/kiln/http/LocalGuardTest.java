package dev.kiln.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocalGuardTest {
    private final LocalGuard guard = new LocalGuard(Set.of("Kiln.Example"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST:8080",
                "127.0.0.1",
                "127.0.0.1:1",
                "[::1]",
                "[::1]:65535",
                "kiln.example",
                "kiln.example:443"
            })
    void a_request_to_this_machine_or_a_configured_name_may_come_in(String host) {
        assertThat(guard.refusal(List.of(host), List.of(), "http")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "evil.example",
                "evil.example:8080",
                "localhost.evil.example",
                "localhost.",
                "127.0.0.2",
                "0.0.0.0",
                "::1",
                "[::2]",
                "localhost:",
                "localhost:x",
                "localhost:123456",
                "localhost@evil.example",
                "evil.example#localhost",
                " localhost",
                "localhost\n"
            })
    void a_request_to_any_other_name_may_not(String host) {
        assertThat(guard.refusal(List.of(host), List.of(), "http")).isPresent();
    }

    @Test
    void a_request_without_a_host_may_not() {
        assertThat(guard.refusal(List.of(), List.of(), "http")).isPresent();
    }

    @Test
    void a_request_with_two_hosts_may_not() {
        assertThat(guard.refusal(List.of("localhost", "localhost"), List.of(), "http")).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:8080, http://localhost:8080, http",
        "localhost:8080, http://LOCALHOST:8080, http",
        "localhost, http://localhost:80, http",
        "localhost:80, http://localhost, http",
        "[::1]:8080, http://[::1]:8080, http",
        "kiln.example, https://kiln.example:443, https",
        "kiln.example, https://kiln.example, http",
        "kiln.example:8443, https://KILN.example:8443, http"
    })
    void a_page_of_this_server_may_ask(String host, String origin, String scheme) {
        assertThat(guard.refusal(List.of(host), List.of(origin), scheme)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:8080, http://evil.example, http",
        "localhost:8080, http://localhost:3000, http",
        "localhost:8080, http://127.0.0.1:8080, http",
        "localhost:8080, https://localhost:8080, http",
        "localhost, https://localhost, http",
        "kiln.example, https://kiln.example:8443, http",
        "kiln.example:80, https://kiln.example, http",
        "kiln.example, http://kiln.example, https",
        "kiln.example, https://evil.example, http",
        "localhost:8080, null, http",
        "localhost:8080, '', http",
        "localhost:8080, file://, http",
        "localhost:8080, http://localhost:8080.evil.example, http",
        "localhost:8080, http://user@localhost:8080, http"
    })
    void a_page_from_elsewhere_may_not(String host, String origin, String scheme) {
        assertThat(guard.refusal(List.of(host), List.of(origin), scheme)).isPresent();
    }

    @Test
    void one_foreign_origin_among_several_is_enough() {
        var origins = List.of("http://localhost", "http://evil.example");
        assertThat(guard.refusal(List.of("localhost"), origins, "http")).isPresent();
    }
}
