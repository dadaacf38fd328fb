package dev.kiln.sandbox.docker;

import com.github.dockerjava.api.model.Info;
import com.github.dockerjava.api.model.RuntimeInfo;
import dev.kiln.job.Limits;
import dev.kiln.sandbox.SandboxFault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the runtime to run programs with, and believes in it only after a container of a trusted
 * image has shown what it is: configuration and names prove nothing, and gVisor may be registered
 * but not work on this host.
 */
final class GvisorProbe {
    private static final Limits LIMITS =
            new Limits(Duration.ofSeconds(30), 256 << 20, 1.0, 16, 0, 1 << 20);
    private static final Duration VERSION_LIMIT = Duration.ofSeconds(10);
    private static final String PLATFORM = "--platform=";

    private final Engine engine;
    private final Cells cells;
    private final SandboxConfig config;

    GvisorProbe(Engine engine, Cells cells, SandboxConfig config) {
        this.engine = engine;
        this.cells = cells;
        this.config = config;
    }

    /**
     * Probes; takes a second or two, at most a few time-outs.
     *
     * @throws SandboxFault with scope {@code HOST} and the remedy when this host cannot run
     *     programs as configured
     */
    ContainerRuntime probe() throws SandboxFault, InterruptedException {
        requireRunner();
        ContainerRuntime runtime = choose(engine.info());
        RunnerHello hello = greet(runtime);
        if (runtime.gvisor()) {
            requireGvisor(runtime, hello);
        }
        return runtime;
    }

    private void requireRunner() throws SandboxFault {
        Path runner = config.home().resolve("runner").resolve("kiln-runner").toAbsolutePath();
        if (!Files.isExecutable(runner)) {
            throw host(
                    "The sandbox runner %s is missing: run ./kiln setup, which builds it, or set KILN_HOME to where it is."
                            .formatted(runner));
        }
    }

    private ContainerRuntime choose(Info info) throws SandboxFault, InterruptedException {
        Map<String, RuntimeInfo> registered =
                info.getRuntimes() == null ? Map.of() : info.getRuntimes();
        boolean gvisor = config.runtime() != SandboxConfig.Isolation.RUNC;
        List<String> candidates = gvisor ? config.gvisorNames() : List.of("runc");
        for (String name : candidates) {
            RuntimeInfo found = registered.get(name);
            if (found != null) {
                return describe(name, found, gvisor, info.getNCPU() == null ? 1 : info.getNCPU());
            }
        }
        throw host(
                gvisor
                        ? "gVisor is not registered with the Docker Engine (looked for %s): run ./kiln setup, or install runsc and add it to \"runtimes\" in /etc/docker/daemon.json. Only kiln.sandbox.runtime=runc runs without, for programs you trust."
                                .formatted(String.join(", ", candidates))
                        : "The Docker Engine has no runtime runc: set kiln.sandbox.runtime=auto to use gVisor.");
    }

    private static ContainerRuntime describe(
            String name, RuntimeInfo found, boolean gvisor, int cpus) throws InterruptedException {
        String version = version(found.getPath());
        return new ContainerRuntime(
                name, gvisor, version, gvisor ? platform(found, version) : "", cpus);
    }

    /** The platform given in the runtime's arguments, else the default of its version. */
    private static String platform(RuntimeInfo found, String version) {
        Object arguments = found.getRawValues().get("runtimeArgs");
        Optional<String> given =
                arguments instanceof List<?> list
                        ? list.stream()
                                .map(String::valueOf)
                                .filter(each -> each.startsWith(PLATFORM))
                                .map(each -> each.substring(PLATFORM.length()))
                                .findFirst()
                        : Optional.empty();
        // systrap became the default in release-20230621; an unknown version gets the roomier
        // limits of ptrace.
        return given.orElse(
                version.compareTo("release-2023062") > 0 && version.startsWith("release-")
                        ? "systrap"
                        : "ptrace");
    }

    /**
     * The first line of {@code --version} without the program's name; {@code unknown} where it
     * cannot be asked.
     */
    private static String version(@Nullable String path) throws InterruptedException {
        try {
            var asked =
                    new ProcessBuilder(path == null ? "runc" : path, "--version")
                            .redirectErrorStream(true)
                            .start();
            try {
                asked.getOutputStream().close();
                if (!asked.waitFor(VERSION_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                    return "unknown";
                }
                String line =
                        new String(asked.getInputStream().readNBytes(4096), StandardCharsets.UTF_8)
                                .lines()
                                .findFirst()
                                .orElse("");
                return line.isEmpty() ? "unknown" : line.substring(line.lastIndexOf(' ') + 1);
            } finally {
                asked.destroyForcibly();
            }
        } catch (IOException notHere) {
            // A worker in a container does not see the host's programs; its results then say so.
            return "unknown";
        }
    }

    private RunnerHello greet(ContainerRuntime runtime) throws SandboxFault, InterruptedException {
        Image image = engine.image(config.probeImage());
        Cell cell = cells.open(image, runtime, LIMITS, Map.of("dev.kiln.probe", "true"), true);
        try {
            RunnerHello hello =
                    cell.conversation()
                            .ready()
                            .get(config.startTimeout().toMillis(), TimeUnit.MILLISECONDS);
            if (hello == null) {
                throw host(
                        "A probe container of %s ended before its runner spoke (%s): %s"
                                .formatted(
                                        runtime.name(),
                                        cell.attachment().diagnostics(),
                                        remedy(runtime)));
            }
            return hello;
        } catch (TimeoutException silent) {
            throw new SandboxFault(
                    SandboxFault.Scope.HOST,
                    "A probe container of %s said nothing within %d s: %s"
                            .formatted(
                                    runtime.name(),
                                    config.startTimeout().toSeconds(),
                                    remedy(runtime)),
                    silent);
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        } finally {
            cells.dispose(cell);
        }
    }

    private static void requireGvisor(ContainerRuntime runtime, RunnerHello hello)
            throws SandboxFault {
        String host = System.getProperty("os.version");
        if (hello.kernelRelease().equals(host)) {
            throw host(
                    "The runtime %s is not gVisor: a container of it runs on the host's own kernel (%s). Correct \"runtimes\" in /etc/docker/daemon.json, or run ./kiln setup."
                            .formatted(runtime.name(), host));
        }
        if (!hello.kernelLog().contains("gVisor")) {
            throw host(
                    "The runtime %s does not show that it is gVisor (its kernel log begins with \"%s\"): correct \"runtimes\" in /etc/docker/daemon.json, or run ./kiln setup."
                            .formatted(runtime.name(), hello.kernelLog()));
        }
    }

    private static String remedy(ContainerRuntime runtime) {
        return runtime.gvisor()
                ? "gVisor does not work on this host with platform %s; register it with --platform=systrap (or ptrace), see docs/TROUBLESHOOTING.md."
                        .formatted(runtime.platform())
                : "look at the engine's log (journalctl -u docker).";
    }

    private static SandboxFault host(String sentence) {
        return new SandboxFault(SandboxFault.Scope.HOST, sentence);
    }
}
