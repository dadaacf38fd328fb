package dev.kiln.embedded;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The Kiln server of this machine: the production artifact, unchanged, in a process of its own. */
public final class ServerProcess implements AutoCloseable {

    private static final Duration READY_LIMIT = Duration.ofSeconds(90);
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(60);
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(5);
    private static final int POLL_MS = 50;

    /** Kafka's client unmaps buffers in a way that the JDK otherwise warns of on each start. */
    private static final String QUIET = "--sun-misc-unsafe-memory-access=allow";

    private final Process process;
    private final URI url;
    private final @Nullable Path log;

    private volatile boolean stopping;

    private ServerProcess(Process process, URI url, @Nullable Path log) {
        this.process = process;
        this.url = url;
        this.log = log;
    }

    /**
     * What starts the artifact that the build made.
     *
     * @param given the environment: {@code KILN_ROOT} is where the build is, {@code KILN_JAVA} the
     *     JVM
     * @param options for the JVM
     * @throws ServerStartException when there is no such artifact
     */
    public static List<String> command(Map<String, String> given, List<String> options) {
        Path jar =
                Path.of(
                        given.getOrDefault("KILN_ROOT", "."),
                        "target",
                        "quarkus-app",
                        "quarkus-run.jar");
        if (!Files.exists(jar)) {
            throw new ServerStartException(
                    "there is no %s: build it with `mvn package`, or start ./kiln".formatted(jar));
        }
        String thisJava = ProcessHandle.current().info().command().orElse("java");
        var command = new ArrayList<>(List.of(given.getOrDefault("KILN_JAVA", thisJava), QUIET));
        command.addAll(options);
        command.addAll(List.of("-jar", jar.toString()));
        return command;
    }

    /**
     * Starts the server; it is not ready yet.
     *
     * @param command the JVM and the jar
     * @param environment what it gets besides this process's own
     * @param log where its output goes; null for wherever this process's output goes
     */
    public static ServerProcess start(
            List<String> command, int port, Map<String, String> environment, @Nullable Path log) {
        var builder =
                new ProcessBuilder(command)
                        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        if (log == null) {
            builder.redirectOutput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.INHERIT);
        } else {
            builder.redirectErrorStream(true).redirectOutput(log.toFile());
        }
        builder.environment().putAll(environment);
        builder.environment().put("QUARKUS_HTTP_PORT", String.valueOf(port));
        try {
            var process = Leash.start(builder, "TERM", List.of());
            return new ServerProcess(process, URI.create("http://127.0.0.1:" + port), log);
        } catch (IOException e) {
            throw new ServerStartException(
                    "the Kiln server could not be started: " + e.getMessage(), e);
        }
    }

    /**
     * Waits until the server says that it is ready.
     *
     * @throws ServerEndedException when it ends before
     * @throws ServerStartException when it takes too long
     */
    public void awaitReady() throws InterruptedException {
        var giveUp = Instant.now().plus(READY_LIMIT);
        try (var http = HttpClient.newBuilder().connectTimeout(PROBE_LIMIT).build()) {
            String answer = "it did not answer";
            while (!process.waitFor(POLL_MS, TimeUnit.MILLISECONDS)) {
                try {
                    var response = http.send(readiness(), HttpResponse.BodyHandlers.ofString());
                    if (response.statusCode() == 200) {
                        return;
                    }
                    answer = response.body().replaceAll("\\s+", " ");
                } catch (IOException notListeningYet) {
                    answer = "it did not answer";
                }
                if (Instant.now().isAfter(giveUp)) {
                    throw new ServerStartException(
                            "the Kiln server was not ready after %d s: %s%s"
                                    .formatted(READY_LIMIT.toSeconds(), answer, logHint()));
                }
            }
        }
        if (stopping) {
            throw new ServerStartException("stopped while starting");
        }
        throw new ServerEndedException(process.exitValue(), lastWords());
    }

    private HttpRequest readiness() {
        return HttpRequest.newBuilder(url.resolve("/q/health/ready")).timeout(PROBE_LIMIT).build();
    }

    private String lastWords() {
        if (log == null) {
            return "the Kiln server ended with exit code %d while starting"
                    .formatted(process.exitValue());
        }
        try {
            var lines = Files.readAllLines(log, StandardCharsets.UTF_8);
            return last(lines, line -> line.startsWith("kiln: "))
                            .or(() -> last(lines, line -> !line.isBlank()))
                            .orElse(
                                    "the Kiln server ended with exit code %d and said nothing"
                                            .formatted(process.exitValue()))
                    + logHint();
        } catch (IOException e) {
            return "the Kiln server ended with exit code %d; its log cannot be read: %s"
                    .formatted(process.exitValue(), e.getMessage());
        }
    }

    private static Optional<String> last(List<String> lines, Predicate<String> wanted) {
        return lines.stream().filter(wanted).reduce((before, after) -> after);
    }

    private String logHint() {
        return log == null ? "" : " (its log: " + log + ")";
    }

    /** Where it listens. */
    URI url() {
        return url;
    }

    /** Waits for its end, which is somebody else's doing, and gives its exit code. */
    public int awaitEnd() throws InterruptedException {
        return process.waitFor();
    }

    /** The process's number, for signals. */
    public long pid() {
        return process.pid();
    }

    /** Whether it has not ended yet. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Ends it as {@code kill -9} does, and waits for that. */
    public void kill() throws InterruptedException {
        stopping = true;
        process.destroyForcibly().waitFor();
    }

    /**
     * Asks it to end, gives it time to finish or hand back its jobs, and kills it when that is not
     * enough.
     *
     * @return whether it was enough
     */
    public boolean stop() {
        stopping = true;
        process.destroy();
        try {
            if (process.waitFor(DRAIN_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                return true;
            }
            process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        return false;
    }

    /** As {@link #stop}. */
    @Override
    public void close() {
        stop();
    }
}
