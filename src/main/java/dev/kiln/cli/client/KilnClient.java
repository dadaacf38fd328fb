package dev.kiln.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A Kiln server, seen over HTTP. Every failure is a {@link CliException}. */
public final class KilnClient implements AutoCloseable {

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(60);

    private final URI server;
    private final @Nullable String key;
    final HttpClient http;

    /** Connects to nothing yet; of a server that asks for no keys. */
    public KilnClient(URI server) {
        this(server, null);
    }

    private KilnClient(URI server, @Nullable String key) {
        this.server = server;
        this.key = key;
        // Version 1.1: over plain HTTP version 2 costs an upgrade and gains nothing for small
        // documents.
        var builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT_LIMIT);
        if ("http".equals(server.getScheme())) {
            builder.sslContext(new NoTls());
        }
        this.http = builder.build();
    }

    /**
     * A client of the server that was named.
     *
     * @param key opens its doors; null or empty for none
     * @throws CliException when that is not an HTTP address, or no key at all
     */
    public static KilnClient of(String server, @Nullable String key) {
        if (key != null && !key.matches("[!-~]*")) {
            // Not quoted: it may be a secret with a line's end too many.
            throw new CliException(
                    "the key holds a space or another character that no key has: give it as `kiln keys create` printed it");
        }
        try {
            var uri = URI.create(server.endsWith("/") ? server : server + "/");
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && uri.getHost() != null) {
                return new KilnClient(uri, key == null || key.isEmpty() ? null : key);
            }
        } catch (IllegalArgumentException notAUri) {
            // Said below, together with what is a URI but none of HTTP.
        }
        throw new CliException(
                "'%s' is not the address of a server: give one like http://127.0.0.1:8080"
                        .formatted(server));
    }

    /** Submits one job and gives the server's answer, which has its {@code id}. */
    public JsonNode submit(ObjectNode submission) throws InterruptedException {
        return accepted(post("v1/jobs", "application/json", Json.bytes(submission)));
    }

    /**
     * As {@link #submit(ObjectNode)}, but answered with the {@link PolledJob#whole() whole} job
     * where it ends within that time.
     *
     * @param wait at most a minute; a server that knows nothing of waiting answers at once
     */
    public PolledJob submit(ObjectNode submission, Duration wait) throws InterruptedException {
        return new PolledJob(
                accepted(
                        send(
                                request("v1/jobs?wait=" + seconds(wait), wait)
                                        .header("Content-Type", "application/json")
                                        .POST(
                                                HttpRequest.BodyPublishers.ofByteArray(
                                                        Json.bytes(submission))))));
    }

    /** Submits many, one document a line, and gives the server's answer. */
    public JsonNode submitLines(byte[] lines) throws InterruptedException {
        return accepted(post("v1/batches", "application/x-ndjson", lines));
    }

    /** What became of the wish to cancel a job. */
    public enum Cancelled {
        /** It is cancelled. */
        DONE,
        /** Its program is being stopped. */
        REQUESTED,
        /** It had come to another end. */
        TOO_LATE,
        /** The server does not know it. */
        UNKNOWN
    }

    /** Cancels the job with this id. */
    public Cancelled cancel(String id) throws InterruptedException {
        var response = send(request(path(id)).DELETE());
        return switch (response.statusCode()) {
            case 200 -> Cancelled.DONE;
            case 202 -> Cancelled.REQUESTED;
            case 409 -> Cancelled.TOO_LATE;
            case 404 -> Cancelled.UNKNOWN;
            default ->
                    throw new CliException(
                            Problems.inWords(response.statusCode(), response.body()));
        };
    }

    /** Has ABANDONED jobs tried again and gives the server's answer. */
    public JsonNode retry(ObjectNode which) throws InterruptedException {
        return accepted(post("v1/jobs:retry", "application/json", Json.bytes(which)));
    }

    /**
     * Has the same submission run once more and gives the server's answer, which has the new id.
     */
    public JsonNode rerun(String id) throws InterruptedException {
        return accepted(post(path(id) + ":rerun", "application/json", new byte[0]));
    }

    private static String path(String id) {
        if (!id.matches("[0-9A-Za-z-]+")) {
            throw new CliException("'%s' is not a job id: `kiln submit` prints one".formatted(id));
        }
        return "v1/jobs/" + id;
    }

    /** The job with this id, if the server knows it. */
    public Optional<PolledJob> job(String id) throws InterruptedException {
        return found(send(request(path(id)).GET()));
    }

    /**
     * The job with this id when it has ended, or as it is when the time is up.
     *
     * @param wait at most a minute; a server that knows nothing of waiting answers at once
     */
    public Optional<PolledJob> job(String id, Duration wait) throws InterruptedException {
        return found(send(end(id, wait)));
    }

    private HttpRequest.Builder end(String id, Duration wait) {
        return request(path(id) + "?wait=" + seconds(wait), wait).GET();
    }

    /** The request by which a job is waited for, for a client of another kind to send. */
    public HttpRequest waiting(String id, Duration wait) {
        return end(id, wait).build();
    }

    /**
     * The request that reads what is there, for a client of another kind to send.
     *
     * @param path from the server's address, without a slash before it
     */
    public HttpRequest reading(String path) {
        return request(path).GET().build();
    }

    /** The server cannot do this now, but may soon. */
    static final class Busy extends CliException {

        private static final long serialVersionUID = 1L;

        Busy(String message) {
            super(message);
        }
    }

    /**
     * The events of a job; the caller closes the body.
     *
     * @param last the id of the last one that was seen; empty for all
     */
    HttpResponse<InputStream> events(String id, String last) throws InterruptedException {
        var request = request(path(id) + "/events").setHeader("Accept", "text/event-stream, */*");
        if (!last.isEmpty()) {
            request.header("Last-Event-ID", last);
        }
        var answer = send(request, HttpResponse.BodyHandlers.ofInputStream());
        if (answer.statusCode() == 200) {
            return answer;
        }
        try (var body = answer.body()) {
            if (answer.statusCode() == 404) {
                throw Waiting.unknown(id);
            }
            String why = Problems.inWords(answer.statusCode(), body.readAllBytes());
            throw answer.statusCode() == 503 ? new Busy(why) : new CliException(why);
        } catch (IOException e) {
            throw new CliException(
                    "the connection to Kiln at %s broke (%s): try again"
                            .formatted(address(), e.getMessage()),
                    e);
        }
    }

    /**
     * A page of the server's list of jobs.
     *
     * @param query the parameters, each with its value
     */
    public JsonNode jobs(List<Map.Entry<String, String>> query) throws InterruptedException {
        String parameters =
                query.stream()
                        .map(each -> each.getKey() + "=" + encoded(each.getValue()))
                        .collect(Collectors.joining("&"));
        return accepted(send(request("v1/jobs?" + parameters).GET()));
    }

    private static String seconds(Duration wait) {
        return BigDecimal.valueOf(wait.toMillis(), 3).stripTrailingZeros().toPlainString();
    }

    private static Optional<PolledJob> found(HttpResponse<byte[]> response) {
        if (response.statusCode() == 404) {
            return Optional.empty();
        }
        return Optional.of(new PolledJob(accepted(response)));
    }

    /** The server's list of workers. */
    public JsonNode workers() throws InterruptedException {
        return accepted(send(request("v1/workers").GET()));
    }

    /** Forbids a worker to take jobs, or allows it again. */
    public void cordon(String worker, boolean cordoned) throws InterruptedException {
        if (!worker.matches("[0-9A-Za-z.-]+")) {
            throw new CliException(
                    "'%s' is not a worker's id: `kiln workers` lists them".formatted(worker));
        }
        String action = cordoned ? "cordon" : "uncordon";
        accepted(post("v1/workers/" + worker + ":" + action, "application/json", new byte[0]));
    }

    /** The tenants of which only so many jobs may run at once. */
    public JsonNode caps() throws InterruptedException {
        return accepted(send(request("v1/tenants").GET()));
    }

    /** Has no more jobs of the tenant run at once. */
    public JsonNode cap(String tenant, int most) throws InterruptedException {
        return tenant(tenant, "cap?max_running=" + most);
    }

    /** Lets as many jobs of the tenant run as there is room for. */
    public JsonNode uncap(String tenant) throws InterruptedException {
        return tenant(tenant, "uncap");
    }

    private JsonNode tenant(String tenant, String action) throws InterruptedException {
        return accepted(
                post(
                        "v1/tenants/" + encoded(tenant) + ":" + action,
                        "application/json",
                        new byte[0]));
    }

    /** The server's keys. */
    public Keys keys() {
        return new Keys(this);
    }

    /**
     * Uploads a context and gives what a submission names it by.
     *
     * @param tenant whose it is; null for whose the server takes it
     */
    public ObjectNode putContext(byte[] content, @Nullable String tenant)
            throws InterruptedException {
        String hash = sha256(content);
        String query = tenant == null ? "" : "?tenant=" + encoded(tenant);
        accepted(
                send(
                        request("v1/contexts/" + hash + query)
                                .header("Content-Type", "application/octet-stream")
                                .PUT(HttpRequest.BodyPublishers.ofByteArray(content))));
        return Json.object().put("sha256", hash);
    }

    /** The content of an artifact of that job. */
    public byte[] artifact(String id, String path) throws InterruptedException {
        var names =
                Arrays.stream(ArtifactFolder.requirePlain(path).split("/", -1))
                        .map(KilnClient::encoded)
                        .toList();
        var response =
                send(request("v1/jobs/" + id + "/artifacts/" + String.join("/", names)).GET());
        if (response.statusCode() / 100 != 2) {
            throw new CliException(Problems.inWords(response.statusCode(), response.body()));
        }
        return response.body();
    }

    /** The job with those outputs in it, as text, that its document leaves to other addresses. */
    public PolledJob withOutput(PolledJob job) throws InterruptedException {
        var elsewhere =
                Stream.of("stdout", "stderr")
                        .filter(s -> job.json().path("result").path(s + "_stored").asBoolean())
                        .toList();
        if (elsewhere.isEmpty()) {
            return job;
        }
        ObjectNode json = job.json().deepCopy();
        var result = (ObjectNode) json.path("result");
        for (String stream : elsewhere) {
            var answer = send(request(path(job.id()) + "/" + stream).GET());
            if (answer.statusCode() != 200) {
                throw new CliException(Problems.inWords(answer.statusCode(), answer.body()));
            }
            result.put(stream, new String(answer.body(), StandardCharsets.UTF_8));
        }
        return new PolledJob(json);
    }

    static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }

    HttpResponse<byte[]> post(String path, String type, byte[] body) throws InterruptedException {
        return send(
                request(path)
                        .header("Content-Type", type)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    HttpRequest.Builder request(String path) {
        return request(path, Duration.ZERO);
    }

    HttpRequest.Builder request(String path, Duration wait) {
        var request =
                HttpRequest.newBuilder(server.resolve(path))
                        .timeout(ANSWER_LIMIT.plus(wait))
                        .header("Accept", "application/json, application/problem+json, */*;q=0.5");
        return key == null ? request : request.header("Authorization", "Bearer " + key);
    }

    HttpResponse<byte[]> send(HttpRequest.Builder request) throws InterruptedException {
        return send(request, HttpResponse.BodyHandlers.ofByteArray());
    }

    private <T> HttpResponse<T> send(HttpRequest.Builder request, HttpResponse.BodyHandler<T> body)
            throws InterruptedException {
        try {
            return http.send(request.build(), body);
        } catch (ConnectException e) {
            throw new CliException(notThere(), e);
        } catch (HttpTimeoutException e) {
            throw new CliException(
                    "Kiln at %s did not answer within %d s: look at its log, or try again"
                            .formatted(address(), ANSWER_LIMIT.toSeconds()),
                    e);
        } catch (IOException e) {
            throw new CliException(
                    "the connection to Kiln at %s broke (%s): try again"
                            .formatted(address(), e.getMessage()),
                    e);
        }
    }

    String notThere() {
        return "no Kiln answers at %s: start one with `./kiln up`, or name another with --server or KILN_URL"
                .formatted(address());
    }

    String address() {
        return server.toString().replaceFirst("/$", "");
    }

    static JsonNode accepted(HttpResponse<byte[]> response) {
        if (response.statusCode() / 100 != 2) {
            throw new CliException(Problems.inWords(response.statusCode(), response.body()));
        }
        return Json.parse(response.body())
                .orElseThrow(
                        () ->
                                new CliException(
                                        Problems.inWords(response.statusCode(), response.body())));
    }

    @Override
    public void close() {
        http.close();
    }
}
