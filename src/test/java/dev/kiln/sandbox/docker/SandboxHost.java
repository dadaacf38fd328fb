package dev.kiln.sandbox.docker;

import dev.kiln.embedded.KilnHome;
import dev.kiln.job.ExecutionResult;
import dev.kiln.job.InputFile;
import dev.kiln.job.JobId;
import dev.kiln.job.Limits;
import dev.kiln.job.Needs;
import dev.kiln.job.Program;
import dev.kiln.sandbox.ContextSource;
import dev.kiln.sandbox.Interpreter;
import dev.kiln.sandbox.RunReleased;
import dev.kiln.sandbox.RuntimesConfig;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.StopSignal;
import dev.kiln.sandbox.Tag;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A real sandbox on the real engine with a home directory of its own, for integration tests. */
final class SandboxHost implements AutoCloseable {
    static final Limits LIMITS =
            new Limits(Duration.ofSeconds(20), 256 << 20, 1.0, 50, 1 << 20, 32 << 20);
    static final String IMAGE = "kiln/python:latest";

    final Path home;
    final Settings settings;
    final DockerSandbox sandbox;

    SandboxHost() {
        this("auto");
    }

    SandboxHost(String isolation) {
        this(
                isolation,
                runtimes(
                        Map.of(
                                "python",
                                pythonWith(IMAGE),
                                "plain",
                                plainWith(IMAGE),
                                "sh",
                                shellWith(IMAGE))));
    }

    /** With these languages. */
    SandboxHost(String isolation, RuntimesConfig runtimes) {
        this.home = makeHome();
        this.settings =
                new Settings(
                        SandboxConfig.Isolation.valueOf(
                                isolation.toUpperCase(java.util.Locale.ROOT)),
                        home);
        this.sandbox = new DockerSandbox(settings, runtimes);
    }

    /** With the languages that Kiln is shipped with, and containers that wait for jobs. */
    SandboxHost(PoolConfig pool) {
        this.home = makeHome();
        this.settings = new Settings(SandboxConfig.Isolation.AUTO, home);
        this.sandbox = new DockerSandbox(settings, shipped(), ContextSource.NONE, pool);
    }

    /** With the languages that Kiln is shipped with, as they are configured. */
    static SandboxHost ofShippedLanguages() {
        return new SandboxHost("auto", shipped());
    }

    /** What {@code application.properties} says of languages. */
    static RuntimesConfig shipped() {
        try {
            return new SmallRyeConfigBuilder()
                    .addDiscoveredConverters()
                    .withMappingIgnore("kiln.**")
                    .withSources(
                            new PropertiesConfigSource(
                                    SandboxHost.class.getResource("/application.properties")))
                    .withMapping(RuntimesConfig.class)
                    .build()
                    .getConfigMapping(RuntimesConfig.class);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** C as the product runs it. */
    static RuntimesConfig.Runtime c() {
        return shipped().runtimes().get("c");
    }

    /** Python as the product runs it. */
    static Interpreter pythonWith(String image) {
        return new Interpreter(
                image, "main.py", List.of("/usr/bin/python3", "/kiln/python/guard.py", "{file}"));
    }

    /** Python without the import guard, for programs that must reach the kernel. */
    static Interpreter plainWith(String image) {
        return new Interpreter(image, "main.py", List.of("/usr/bin/python3", "{file}"));
    }

    static Interpreter shellWith(String image) {
        return new Interpreter(image, "main.sh", List.of("/bin/sh", "{file}"));
    }

    static RuntimesConfig runtimes(Map<String, ? extends RuntimesConfig.Runtime> byName) {
        return () -> Map.copyOf(byName);
    }

    ExecutionResult python(String code) throws SandboxFault, RunReleased {
        return python(code, LIMITS);
    }

    ExecutionResult python(String code, Limits limits) throws SandboxFault, RunReleased {
        return run(program("python", code), limits);
    }

    ExecutionResult shell(String code) throws SandboxFault, RunReleased {
        return run(program("sh", code), LIMITS);
    }

    ExecutionResult shell(String code, Limits limits) throws SandboxFault, RunReleased {
        return run(program("sh", code), limits);
    }

    ExecutionResult run(Program program, Limits limits) throws SandboxFault, RunReleased {
        return sandbox.run(tag(), program, limits, new StopSignal());
    }

    static Tag tag() {
        return new Tag("test-worker", JobId.next(Instant.now()), 1);
    }

    static Program program(String runtime, String code) {
        return new Program(
                runtime, bytes(code), new byte[0], List.of(), Map.of(), List.of(), Needs.NOTHING);
    }

    /** Python with what it needs besides. */
    static Program program(String code, Needs needs) {
        return new Program(
                "python", bytes(code), new byte[0], List.of(), Map.of(), List.of(), needs);
    }

    static Program program(
            String code,
            String stdin,
            List<String> args,
            Map<String, String> env,
            InputFile... files) {
        return new Program(
                "python", bytes(code), bytes(stdin), args, env, List.of(files), Needs.NOTHING);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A home directory with the runner that the set-up made of this source tree. */
    static Path makeHome() {
        try {
            Path made = KilnHome.of(System.getenv()).root().resolve("runner");
            Path home = Files.createTempDirectory("kiln-home-");
            Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
            Path runner = Files.createDirectories(home.resolve("runner"));
            Files.copy(
                    made.resolve("kiln-runner"),
                    runner.resolve("kiln-runner"),
                    StandardCopyOption.COPY_ATTRIBUTES);
            copy(made.resolve("python"), Files.createDirectories(runner.resolve("python")));
            return home;
        } catch (IOException failed) {
            throw new UncheckedIOException(
                    "run ./kiln setup first, which makes the runner", failed);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.newDirectoryStream(from, "*.py")) {
            for (Path file : files) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    @Override
    public void close() {
        try {
            sandbox.close();
            deleteTree(home);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void deleteTree(Path root) throws IOException {
        try (var paths = Files.walk(root)) {
            for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** The sandbox's configuration with its defaults. */
    record Settings(
            Isolation runtime,
            List<String> gvisorNames,
            Path home,
            Optional<String> engine,
            String probeImage,
            String network,
            String networkRuntime,
            List<String> resolvers,
            Duration networkProbe,
            Duration callTimeout,
            Duration startTimeout,
            Duration killTimeout,
            int connections)
            implements SandboxConfig {
        Settings(Isolation runtime, Path home) {
            this(
                    runtime,
                    List.of("kiln-gvisor", "runsc"),
                    home,
                    Optional.empty(),
                    IMAGE,
                    "kiln",
                    "kiln-gvisor-net",
                    List.of("1.1.1.1", "8.8.8.8"),
                    Duration.ofMinutes(1),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(15),
                    64);
        }

        @Override
        public Duration sweep() {
            return Duration.ofSeconds(1);
        }

        Settings withEngine(String address) {
            return new Settings(
                    runtime,
                    gvisorNames,
                    home,
                    Optional.of(address),
                    probeImage,
                    network,
                    networkRuntime,
                    resolvers,
                    networkProbe,
                    callTimeout,
                    startTimeout,
                    killTimeout,
                    connections);
        }

        Settings withGvisorNames(String... names) {
            return new Settings(
                    runtime,
                    List.of(names),
                    home,
                    engine,
                    probeImage,
                    network,
                    networkRuntime,
                    resolvers,
                    networkProbe,
                    callTimeout,
                    startTimeout,
                    killTimeout,
                    connections);
        }

        Settings withKills(Duration limit) {
            return new Settings(
                    runtime,
                    gvisorNames,
                    home,
                    engine,
                    probeImage,
                    network,
                    networkRuntime,
                    resolvers,
                    networkProbe,
                    callTimeout,
                    startTimeout,
                    limit,
                    connections);
        }

        Settings withCalls(Duration limit) {
            return new Settings(
                    runtime,
                    gvisorNames,
                    home,
                    engine,
                    probeImage,
                    network,
                    networkRuntime,
                    resolvers,
                    networkProbe,
                    limit,
                    startTimeout,
                    killTimeout,
                    connections);
        }

        Settings withNetwork(String name) {
            return new Settings(
                    runtime,
                    gvisorNames,
                    home,
                    engine,
                    probeImage,
                    name,
                    networkRuntime,
                    resolvers,
                    networkProbe,
                    callTimeout,
                    startTimeout,
                    killTimeout,
                    connections);
        }

        Settings withResolver(String address) {
            return new Settings(
                    runtime,
                    gvisorNames,
                    home,
                    engine,
                    probeImage,
                    network,
                    networkRuntime,
                    List.of(address),
                    networkProbe,
                    callTimeout,
                    startTimeout,
                    killTimeout,
                    connections);
        }

        /** Believes in the firewall for as long as this. */
        Settings withNetworkProbe(Duration age) {
            return new Settings(
                    runtime,
                    gvisorNames,
                    home,
                    engine,
                    probeImage,
                    network,
                    networkRuntime,
                    resolvers,
                    age,
                    callTimeout,
                    startTimeout,
                    killTimeout,
                    connections);
        }

        Settings withProbeImage(String image) {
            return new Settings(
                    runtime,
                    gvisorNames,
                    home,
                    engine,
                    image,
                    network,
                    networkRuntime,
                    resolvers,
                    networkProbe,
                    callTimeout,
                    startTimeout,
                    killTimeout,
                    connections);
        }
    }
}
