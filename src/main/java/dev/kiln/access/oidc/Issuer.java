package dev.kiln.access.oidc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kiln.tls.TrustedRoots;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.lang.JoseException;

/**
 * Asks the issuer for its keys: first where they are (OpenID Connect Discovery 1.0), then there.
 */
final class Issuer implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final long MOST_BYTES = 1 << 20;
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final String issuer;
    private final HttpClient http;

    /**
     * Asks nothing yet.
     *
     * @throws IllegalArgumentException when the file with the authorities is not good
     */
    Issuer(OidcSettings settings) {
        this.issuer = settings.issuer();
        var client =
                HttpClient.newBuilder()
                        .connectTimeout(CONNECT)
                        // Where a redirect leads nobody has said that it is the issuer.
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .executor(Executors.newVirtualThreadPerTaskExecutor());
        settings.trust()
                .ifPresent(
                        pem -> client.sslContext(TrustedRoots.with("kiln.access.oidc.trust", pem)));
        this.http = client.build();
    }

    /**
     * The keys by which it signs; at least one.
     *
     * @throws IOException when they cannot be had; the message says why
     */
    List<JsonWebKey> keys() throws IOException {
        String slash = issuer.endsWith("/") ? "" : "/";
        var discovery = URI.create(issuer + slash + ".well-known/openid-configuration");
        var document = json(discovery, get(discovery));
        if (!document.path("issuer").asText().equals(issuer)) {
            throw new IOException(
                    "%s is that of another issuer: set kiln.access.oidc.issuer to what it says"
                            .formatted(discovery));
        }
        URI place = place(discovery, document.path("jwks_uri").asText());
        try {
            var keys =
                    new JsonWebKeySet(get(place))
                            .getJsonWebKeys().stream().filter(Issuer::verifies).toList();
            if (keys.isEmpty()) {
                throw new IOException(place + " has no key that signatures are verified by");
            }
            return keys;
        } catch (JoseException e) {
            throw new IOException(place + " answered with what is no set of keys", e);
        }
    }

    /** Not those that only encrypt, nor secrets that somebody published. */
    private static boolean verifies(JsonWebKey key) {
        return key instanceof PublicJsonWebKey && !"enc".equals(key.getUse());
    }

    private static URI place(URI discovery, String text) throws IOException {
        try {
            var place = URI.create(text);
            if (OidcSettings.isSafe(place)) {
                return place;
            }
        } catch (IllegalArgumentException noUri) {
            // Told below.
        }
        throw new IOException(discovery + " names no https address in jwks_uri");
    }

    private static JsonNode json(URI from, String text) throws IOException {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IOException(from + " answered with what is no JSON", e);
        }
    }

    private String get(URI from) throws IOException {
        var asked =
                http.sendAsync(
                        HttpRequest.newBuilder(from).header("Accept", "application/json").build(),
                        BodyHandlers.limiting(
                                BodyHandlers.ofString(StandardCharsets.UTF_8), MOST_BYTES));
        try {
            HttpResponse<String> answer = asked.get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
            if (answer.statusCode() != 200) {
                throw new IOException(from + " answered with status " + answer.statusCode());
            }
            return answer.body();
        } catch (ExecutionException e) {
            throw new IOException(from + " cannot be reached (" + name(e) + ")", e);
        } catch (TimeoutException e) {
            asked.cancel(true);
            throw new IOException(from + " did not answer within " + ANSWER.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            asked.cancel(true);
            Thread.currentThread().interrupt();
            throw new IOException("this server is ending", e);
        }
    }

    private static String name(ExecutionException e) {
        return e.getCause() == null ? "unknown" : e.getCause().getClass().getSimpleName();
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
