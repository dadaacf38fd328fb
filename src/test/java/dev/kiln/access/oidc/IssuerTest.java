package dev.kiln.access.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jose4j.jwk.JsonWebKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Asks a real server, which may say anything. */
class IssuerTest {
    private static final String PUBLIC =
            OidcExamples.key().toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY);

    private HttpServer server;
    private String url;
    private Issuer issuer;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
        url = "http://127.0.0.1:" + server.getAddress().getPort();
        issuer =
                new Issuer(
                        new OidcSettings(
                                url,
                                List.of("kiln"),
                                Set.of("ES256"),
                                Duration.ZERO,
                                Duration.ofMinutes(1),
                                Duration.ofMinutes(1),
                                Duration.ofSeconds(1),
                                Optional.empty()));
    }

    @AfterEach
    void stop() {
        issuer.close();
        server.stop(0);
    }

    private void serve(String path, int status, String body) {
        server.createContext(
                path,
                exchange -> {
                    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().add("Location", url + "/elsewhere");
                    exchange.sendResponseHeaders(status, bytes.length);
                    exchange.getResponseBody().write(bytes);
                    exchange.close();
                });
    }

    private void discovery(String named, String keys) {
        serve(
                "/.well-known/openid-configuration",
                200,
                "{\"issuer\": \"%s\", \"jwks_uri\": \"%s\"}".formatted(named, keys));
    }

    @Test
    void its_keys_are_those_that_verify() throws Exception {
        discovery(url, url + "/k");
        serve(
                "/k",
                200,
                "{\"keys\": [{\"kty\": \"oct\", \"k\": \"AAAA\"}, {\"kty\": \"new\"}, %s, %s]}"
                        .formatted(PUBLIC.replace("\"sig\"", "\"enc\""), PUBLIC));
        assertThat(issuer.keys()).extracting(JsonWebKey::getUse).containsExactly("sig");
    }

    @Test
    void another_issuers_document_is_refused() {
        discovery("https://other.example", url + "/k");
        assertFails("is that of another issuer");
    }

    @ParameterizedTest
    @CsvSource({"http://id.example/k", "file:///etc/passwd", "''", "a b"})
    void keys_that_anybody_on_the_way_could_change_are_not_fetched(String place) {
        discovery(url, place);
        assertFails("names no https address in jwks_uri");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "200 | {\"keys\": []} | has no key that signatures are verified by",
                "200 | {\"keys\": [{\"kty\": \"oct\", \"k\": \"AAAA\"}]} | has no key that signatures are verified by",
                "200 | hello | answered with what is no set of keys",
                "404 | hello | answered with status 404",
                "302 | hello | answered with status 302"
            })
    void what_is_no_set_of_keys_is_told(int status, String body, String trouble) {
        discovery(url, url + "/k");
        serve("/k", status, body);
        assertFails(trouble);
    }

    @Test
    void an_answer_without_end_is_not_read() {
        discovery(url, url + "/k");
        serve("/k", 200, "{\"keys\": [], \"x\": \"%s\"}".formatted("x".repeat(2 << 20)));
        assertFails("cannot be reached (IOException)");
    }

    @Test
    void a_document_that_is_no_json_is_told() {
        serve("/.well-known/openid-configuration", 200, "<html>");
        assertFails("answered with what is no JSON");
    }

    private void assertFails(String trouble) {
        assertThatThrownBy(issuer::keys)
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(url)
                .hasMessageContaining(trouble);
    }
}
