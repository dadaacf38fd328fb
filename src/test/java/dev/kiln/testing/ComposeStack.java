package dev.kiln.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kiln.embedded.KilnHome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The stack of {@code docker-compose.yml}, of images that set-up makes of this build: a project, a
 * home and a port of its own.
 */
public final class ComposeStack {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration LIMIT = Duration.ofMinutes(9);

    /** What a command said and how it ended. */
    public record Ended(int code, String out, String err) {
        private Ended mustSucceed(List<String> command) {
            assertThat(code).as("%s\n%s\n%s", command, out, err).isZero();
            return this;
        }
    }

    private final String project =
            "kiln-test-" + Integer.toHexString(ThreadLocalRandom.current().nextInt());
    private final Path home;
    private final List<String> compose;
    private @Nullable String address;

    /** Has the images made and the settings written; starts nothing. */
    public ComposeStack() {
        try {
            setUp("compose", "bases", "image");
            home = Files.createTempDirectory("kiln-home-");
            // No link out of it: the workers see nothing else of this host.
            Path runner = KilnHome.of(System.getenv()).root().resolve("runner").toRealPath();
            run(
                    List.of("cp", "-R", runner.toString(), home.resolve("runner").toString()),
                    Map.of(),
                    "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        compose =
                attempt(List.of("docker", "compose", "version"), Map.of(), "").code() == 0
                        ? List.of("docker", "compose")
                        : List.of("docker-compose");
        init();
    }

    /** Has set-up provide these parts. */
    public static void setUp(String... parts) {
        var command = new ArrayList<>(List.of("deploy/host/setup"));
        command.addAll(List.of(parts));
        run(command, Map.of(), "");
    }

    /** Writes its settings, unless they are there. */
    public Ended init() {
        return run(List.of("deploy/compose/init", settings().toString()), own(), "");
    }

    /** Its project, by which the engine labels what belongs to it. */
    public String project() {
        return project;
    }

    /** The directory that its workers share with the engine. */
    public Path home() {
        return home;
    }

    /** The settings that {@code deploy/compose/init} wrote. */
    public Path settings() {
        return home.resolve("env");
    }

    private Map<String, String> own() {
        return Map.of("KILN_HOME", home.toString(), "KILN_PUBLISH", "127.0.0.1:0");
    }

    /** Runs docker-compose on it; fails with what it said when that fails. */
    public String compose(String... arguments) {
        return feed("", arguments);
    }

    /** The same with something to read. */
    public String feed(String input, String... arguments) {
        var command = command(settings(), arguments);
        return attempt(command, own(), input).mustSucceed(command).out();
    }

    /** Runs docker-compose with other settings, whatever comes of it. */
    public Ended with(Path settings, String... arguments) {
        return attempt(command(settings, arguments), own(), "");
    }

    private List<String> command(Path settings, String... arguments) {
        var command = new ArrayList<>(compose);
        command.addAll(List.of("--env-file", settings.toString(), "--project-name", project));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Runs a command of Docker's; fails with what it said when that fails. */
    public static List<String> docker(String... arguments) {
        var command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(arguments));
        return run(command, Map.of(), "").out().lines().toList();
    }

    /** Runs a command of Docker's, whatever comes of it. */
    public static Ended tryDocker(String... arguments) {
        return feedDocker("", arguments);
    }

    /** The same with something to read. */
    public static Ended feedDocker(String input, String... arguments) {
        var command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(arguments));
        return attempt(command, Map.of(), input);
    }

    /** What the server answers with this key; a body means POST. */
    public JsonNode ask(String key, String path, String body) {
        try {
            if (address == null) {
                address = compose("port", "api", "8080").strip();
            }
            var request =
                    HttpRequest.newBuilder(URI.create("http://" + address + path))
                            .timeout(Duration.ofMinutes(1))
                            .header("Authorization", "Bearer " + key);
            if (!body.isEmpty()) {
                request.header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body));
            }
            var answer = HTTP.send(request.build(), BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Files of workers below its home, which only root may look into. */
    public List<String> files(String directory) {
        return docker(
                "run",
                "--rm",
                "--network=none",
                "--user=0:0",
                "--entrypoint=find",
                "--volume=" + home + ":/home-of-test",
                "kiln:latest",
                "/home-of-test/" + directory,
                "-mindepth",
                "1");
    }

    /** Takes down all there is of it, its data too. */
    public void remove() {
        compose("down", "--volumes", "--remove-orphans");
    }

    /** Deletes its home, most of which is root's. */
    public void deleteHome() {
        docker(
                "run",
                "--rm",
                "--network=none",
                "--user=0:0",
                "--entrypoint=rm",
                "--volume=" + home.getParent() + ":/parent-of-home",
                "kiln:latest",
                "-rf",
                "/parent-of-home/" + home.getFileName());
    }

    private static Ended run(List<String> command, Map<String, String> environment, String input) {
        return attempt(command, environment, input).mustSucceed(command);
    }

    private static Ended attempt(
            List<String> command, Map<String, String> environment, String input) {
        try {
            Path err = Files.createTempFile("kiln-compose-", ".err");
            var builder = new ProcessBuilder(command).redirectError(err.toFile());
            if (!environment.isEmpty()) {
                // Settings of whoever runs the tests would win over those of the file.
                builder.environment()
                        .keySet()
                        .removeIf(
                                name ->
                                        name.startsWith("COMPOSE_")
                                                || name.startsWith("KILN_")
                                                        && !name.equals("KILN_CI_RUN"));
                builder.environment().putAll(environment);
            }
            var process = builder.start();
            try (var in = process.getOutputStream()) {
                in.write(input.getBytes(StandardCharsets.UTF_8));
            }
            String out;
            try (var stream = process.getInputStream()) {
                out = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            }
            assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            var ended = new Ended(process.exitValue(), out, Files.readString(err));
            Files.delete(err);
            return ended;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
