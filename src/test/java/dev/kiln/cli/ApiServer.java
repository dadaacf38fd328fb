package dev.kiln.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/** An HTTP server that answers as told, the last answer for a request again and again. */
public final class ApiServer implements AutoCloseable {

    /** A request as it came. */
    public record Request(String line, String contentType, String lastEventId, String body) {}

    private record Answer(int status, String body) {}

    private final HttpServer server;
    private final Map<String, Queue<Answer>> answers = new HashMap<>();
    private final List<Request> requests = new ArrayList<>();
    private final List<String> authorizations = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();
    private String location = "";
    private String retryAfter = "";

    /** Begins to listen. */
    public ApiServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    /** Where it listens. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** The next answer to this request, such as {@code GET /v1/jobs/7}. */
    public synchronized ApiServer on(String request, int status, String body) {
        answers.computeIfAbsent(request, _ -> new ArrayDeque<>()).add(new Answer(status, body));
        return this;
    }

    /** The header Location of every answer from now on. */
    public synchronized void location(String path) {
        location = path;
    }

    /** The header Retry-After of every answer from now on. */
    public synchronized void retryAfter(String value) {
        retryAfter = value;
    }

    /** The headers Idempotency-Key of those requests that had one. */
    public synchronized List<String> keys() {
        return List.copyOf(keys);
    }

    /** Those that came, in their order. */
    public synchronized List<Request> requests() {
        return List.copyOf(requests);
    }

    /** The Authorization header of each, or "null". */
    public synchronized List<String> authorizations() {
        return List.copyOf(authorizations);
    }

    private synchronized void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String line = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            String body =
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String type = exchange.getRequestHeaders().getFirst("Content-Type");
            String last = exchange.getRequestHeaders().getFirst("Last-Event-ID");
            keys.addAll(exchange.getRequestHeaders().getOrDefault("Idempotency-Key", List.of()));
            if (!location.isEmpty()) {
                exchange.getResponseHeaders().set("Location", location);
            }
            if (!retryAfter.isEmpty()) {
                exchange.getResponseHeaders().set("Retry-After", retryAfter);
            }
            requests.add(new Request(line, String.valueOf(type), String.valueOf(last), body));
            authorizations.add(
                    String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            var scripted =
                    answers.getOrDefault(
                            line,
                            new ArrayDeque<>(List.of(new Answer(500, "not scripted: " + line))));
            var answer = scripted.size() > 1 ? scripted.remove() : scripted.element();
            byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
