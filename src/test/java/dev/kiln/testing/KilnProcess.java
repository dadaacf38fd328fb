package dev.kiln.testing;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kiln.embedded.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The server as it is delivered, in a process of its own: what is started by {@code java -jar}. */
public final class KilnProcess implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path BUILD = Path.of(System.getProperty("build.directory", "target"));
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    private final Process process;
    private final Path log;
    private final URI url;

    private KilnProcess(Process process, Path log, URI url) {
        this.process = process;
        this.log = log;
        this.url = url;
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    }

    /** Starts one on a free port; it may not be ready, or may refuse to start. */
    @SafeVarargs
    public static KilnProcess start(Path log, Map<String, String>... environments) {
        return startFrom(BUILD, log, environments);
    }

    /**
     * As {@link #start}, of another build, such as that of an older release.
     *
     * @param build the folder that has {@code quarkus-app}
     */
    @SafeVarargs
    public static KilnProcess startFrom(Path build, Path log, Map<String, String>... environments) {
        int port = FreePort.pick();
        var environment = new HashMap<String, String>();
        environment.put("QUARKUS_HTTP_PORT", String.valueOf(port));
        // Tests that are not about it count containers.
        environment.put("KILN_POOL_SIZE", "0");
        for (var more : environments) {
            environment.putAll(more);
        }
        var builder =
                new ProcessBuilder(
                                ProcessHandle.current().info().command().orElse("java"),
                                // A process that lives for seconds: little effort on its code.
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-jar",
                                build.resolve("quarkus-app/quarkus-run.jar").toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("QUARKUS_"));
        builder.environment().putAll(environment);
        try {
            return new KilnProcess(builder.start(), log, URI.create("http://127.0.0.1:" + port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it is ready; fails with what it said when it ends before. */
    public KilnProcess awaitReady() {
        await().atMost(Duration.ofSeconds(60))
                .failFast(
                        () -> {
                            if (!process.isAlive()) {
                                throw new AssertionError("it ended: " + output());
                            }
                        })
                .until(this::isReady);
        return this;
    }

    public boolean isReady() {
        return status("/q/health/ready") == 200;
    }

    public boolean isLive() {
        return status("/q/health/live") == 200;
    }

    private int status(String path) {
        try {
            return get(path).statusCode();
        } catch (UncheckedIOException notListening) {
            return 0;
        }
    }

    public HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(url.resolve(path)).timeout(Duration.ofSeconds(90)));
    }

    /** Submits one Python program; returns its id. */
    public String submit(String code) {
        return submit("python", code);
    }

    /** Submits one program; returns its id. */
    public String submit(String language, String code) {
        var document = JSON.createObjectNode().put("language", language).put("code", code);
        var answer = post("/v1/jobs", document.toString());
        if (answer.statusCode() != 202) {
            throw new AssertionError(answer.statusCode() + ": " + answer.body());
        }
        return json(answer.body()).at("/id").asText();
    }

    /** Posts a document. */
    public HttpResponse<String> post(String path, String json) {
        return post(path, "application/json", json);
    }

    /** Posts a document of some other type. */
    public HttpResponse<String> post(String path, String type, String body) {
        return send(
                HttpRequest.newBuilder(url.resolve(path))
                        .header("Content-Type", type)
                        .POST(BodyPublishers.ofString(body)));
    }

    /** Posts a document in a trace that the client says it is in. */
    public HttpResponse<String> post(String path, String type, String body, String traceparent) {
        return send(
                HttpRequest.newBuilder(url.resolve(path))
                        .header("Content-Type", type)
                        .header("traceparent", traceparent)
                        .POST(BodyPublishers.ofString(body)));
    }

    /** Deletes what is at this path. */
    public HttpResponse<String> delete(String path) {
        return send(HttpRequest.newBuilder(url.resolve(path)).DELETE());
    }

    /** What it listens on. */
    public URI url() {
        return url;
    }

    /** The document at this path. */
    public JsonNode document(String path) {
        return json(get(path).body());
    }

    /** The job as it is polled. */
    public JsonNode job(String id) {
        return json(get("/v1/jobs/" + id).body());
    }

    /** Waits until the job has come to an end, whatever that is. */
    public JsonNode awaitEnd(String id) {
        return await().atMost(Duration.ofSeconds(60))
                .until(
                        () -> job(id),
                        job -> job.has("finished_at") && !job.at("/finished_at").isNull());
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return HTTP.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that it printed, on both streams, line by line. */
    public List<String> output() {
        try {
            return Files.readAllLines(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for it to end by itself; its exit code. */
    public int awaitExit(Duration atMost) throws InterruptedException {
        if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError("still running after " + atMost + ": " + output());
        }
        return process.exitValue();
    }

    /** TERM: it may finish or hand back what it has. */
    public int terminate() throws InterruptedException {
        process.destroy();
        return awaitExit(Duration.ofSeconds(50));
    }

    /** As {@code kill -9} does it. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(40, TimeUnit.SECONDS)) {
            kill();
        }
    }
}
