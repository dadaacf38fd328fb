package dev.kiln.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Requests to one Kiln server, for all that {@link KilnClient} has no method for: its address, the
 * key that opens it, how long an answer may take, and its refusals. Any number of threads may use
 * it.
 */
public final class KilnHttp implements AutoCloseable {
    /** How long an answer may take beyond what was asked to wait. */
    public static final Duration ANSWER_LIMIT = Duration.ofSeconds(60);

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);

    private final URI server;
    private final @Nullable String key;
    private final HttpClient http;
    private final boolean own;

    private KilnHttp(URI server, @Nullable String key, HttpClient http, boolean own) {
        this.server = server;
        this.key = key;
        this.http = http;
        this.own = own;
    }

    /**
     * To that server; connects to nothing yet.
     *
     * @param server its address, by HTTP or HTTPS
     * @param key opens its doors; null for none. It goes over the wire as it is: by HTTPS, or on
     *     this host
     * @throws IllegalArgumentException when the address is none of HTTP, or the key none at all
     */
    public static KilnHttp of(URI server, @Nullable String key) {
        var address = checked(server, key);
        // Version 1.1: over plain HTTP version 2 costs an upgrade and gains nothing for small
        // documents.
        var builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT_LIMIT);
        if ("http".equals(address.getScheme())) {
            builder.sslContext(new NoTls());
        }
        return new KilnHttp(address, key, builder.build(), true);
    }

    /**
     * As {@link #of(URI, String)}, by a client of the caller's, who closes it: for certificates or
     * proxies of a site.
     */
    public static KilnHttp of(URI server, @Nullable String key, HttpClient http) {
        return new KilnHttp(checked(server, key), key, http, false);
    }

    private static URI checked(URI server, @Nullable String key) {
        boolean known = "http".equals(server.getScheme()) || "https".equals(server.getScheme());
        if (!known || server.getHost() == null) {
            throw new IllegalArgumentException(
                    "'%s' is not the address of a server: give one like http://127.0.0.1:8080"
                            .formatted(server));
        }
        if (key != null && !key.matches("[!-~]+")) {
            // Not quoted: it may be a secret with a line's end too many.
            throw new IllegalArgumentException(
                    "the key is empty, or holds a space or another character that no key has: give it as it was made");
        }
        String text = server.toString();
        return text.endsWith("/") ? server : URI.create(text + "/");
    }

    /** The server's address, without a slash at its end. */
    public String address() {
        return server.toString().replaceFirst("/$", "");
    }

    /**
     * A request to begin with.
     *
     * @param path from the server's address on, such as {@code v1/jobs}
     */
    public HttpRequest.Builder request(String path) {
        return request(path, Duration.ZERO);
    }

    /** As {@link #request(String)}, for one that the server is asked to keep so long. */
    public HttpRequest.Builder request(String path, Duration wait) {
        var request =
                HttpRequest.newBuilder(server.resolve(path))
                        .timeout(ANSWER_LIMIT.plus(wait))
                        .header("Accept", "application/json, application/problem+json, */*;q=0.5");
        return key == null ? request : request.header("Authorization", "Bearer " + key);
    }

    /** A POST of JSON; of nothing where that is null. */
    public HttpRequest.Builder post(String path, @Nullable ObjectNode document) {
        byte[] body = document == null ? new byte[0] : Documents.bytes(document);
        return request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    }

    /**
     * Sends it and gives whatever the server answers.
     *
     * @throws KilnUnreachable when there is no answer
     */
    public HttpResponse<byte[]> send(HttpRequest.Builder request) throws InterruptedException {
        return send(request, Duration.ZERO);
    }

    /**
     * As {@link #send(HttpRequest.Builder)}, for content that may be large.
     *
     * @param content how long it may take beyond what the answer may
     */
    HttpResponse<byte[]> send(HttpRequest.Builder builder, Duration content)
            throws InterruptedException {
        var request = builder.build();
        var limit = request.timeout().orElse(ANSWER_LIMIT).plus(content);
        var answer = http.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
        try {
            // The request's own limit ends with the headers.
            return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            var late = new HttpTimeoutException("the answer did not end in time");
            late.initCause(e);
            throw unreachable(late);
        } catch (ExecutionException e) {
            throw unreachable(
                    e.getCause() instanceof IOException failed ? failed : new IOException(e));
        } finally {
            // Nothing once it has ended; else nobody waits for it any more.
            answer.cancel(true);
        }
    }

    /**
     * As {@link #send(HttpRequest.Builder)}, with an answer of another kind; only its headers have
     * a limit of time.
     */
    public <T> HttpResponse<T> send(HttpRequest.Builder request, HttpResponse.BodyHandler<T> answer)
            throws InterruptedException {
        try {
            return http.send(request.build(), answer);
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    private KilnUnreachable unreachable(IOException e) {
        return switch (e) {
            case ConnectException _ ->
                    new KilnUnreachable(
                            KilnUnreachable.Failure.NO_CONNECTION,
                            "no Kiln answers at " + address(),
                            e);
            case HttpTimeoutException _ ->
                    new KilnUnreachable(
                            KilnUnreachable.Failure.NO_ANSWER,
                            "Kiln at %s did not answer within %d s"
                                    .formatted(address(), ANSWER_LIMIT.toSeconds()),
                            e);
            default -> broken(e);
        };
    }

    KilnUnreachable broken(IOException e) {
        return new KilnUnreachable(
                KilnUnreachable.Failure.BROKEN,
                "the connection to Kiln at %s broke (%s)".formatted(address(), e.getMessage()),
                e);
    }

    /**
     * The document of an answer.
     *
     * @throws KilnProblem when it is a refusal, or no document of a Kiln
     */
    public static ObjectNode accepted(HttpResponse<byte[]> response) {
        if (response.statusCode() / 100 != 2) {
            throw KilnProblem.of(response);
        }
        return Documents.parse(response.body()).orElseThrow(() -> KilnProblem.of(response));
    }

    /** A name as it stands in a path or a query. */
    public static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    static String seconds(Duration wait) {
        return BigDecimal.valueOf(wait.toMillis(), 3).stripTrailingZeros().toPlainString();
    }

    /** Waits for requests that are under way, unless the client is the caller's. */
    @Override
    public void close() {
        if (own) {
            http.close();
        }
    }
}
