package dev.kiln.sandbox.docker;

import com.github.dockerjava.api.model.Info;
import dev.kiln.sandbox.SandboxFault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Picks the container runtime to try, from what is registered with the engine. What it picks is yet
 * to be proved.
 */
final class RuntimeFinder {
    private static final Duration VERSION_LIMIT = Duration.ofSeconds(10);
    private static final String PLATFORM = "--platform=";
    private static final Pattern DATE = Pattern.compile("(20[0-9]{6})");

    /** From this release on, gVisor's default platform is systrap; before it was ptrace. */
    private static final int SYSTRAP_SINCE = 20230621;

    private final SandboxConfig config;

    RuntimeFinder(SandboxConfig config) {
        this.config = config;
    }

    /**
     * The first configured runtime that is registered.
     *
     * @throws SandboxFault with scope {@code HOST} and the remedy when none is
     */
    ContainerRuntime find(Info info) throws SandboxFault, InterruptedException {
        boolean gvisor = config.runtime() != SandboxConfig.Isolation.RUNC;
        List<String> candidates = gvisor ? config.gvisorNames() : List.of("runc");
        return find(info, candidates, gvisor)
                .orElseThrow(
                        () ->
                                new SandboxFault(
                                        SandboxFault.Scope.HOST,
                                        notRegistered(gvisor, candidates)));
    }

    /**
     * The runtime for programs with network.
     *
     * @throws SandboxFault with scope {@code NEEDS} and the remedy when it is not registered
     */
    ContainerRuntime findForNetwork(Info info) throws SandboxFault, InterruptedException {
        boolean gvisor = config.runtime() != SandboxConfig.Isolation.RUNC;
        String name = gvisor ? config.networkRuntime() : "runc";
        return find(info, List.of(name), gvisor)
                .orElseThrow(
                        () ->
                                new SandboxFault(
                                        SandboxFault.Scope.NEEDS,
                                        "No job gets a network here: the runtime %s is not registered with the Docker Engine. Run ./kiln setup gvisor as root."
                                                .formatted(name)));
    }

    private static Optional<ContainerRuntime> find(
            Info info, List<String> candidates, boolean gvisor) throws InterruptedException {
        int cpus = info.getNCPU() == null ? 1 : info.getNCPU();
        for (String name : candidates) {
            if (registered(info).get(name) instanceof Map<?, ?> entry) {
                return Optional.of(describe(name, entry, gvisor, cpus));
            }
        }
        return Optional.empty();
    }

    private static String notRegistered(boolean gvisor, List<String> candidates) {
        return gvisor
                ? "gVisor is not registered with the Docker Engine (looked for %s): run ./kiln setup, or install runsc and add it to \"runtimes\" in /etc/docker/daemon.json. Only kiln.sandbox.runtime=runc runs without, for programs you trust."
                        .formatted(String.join(", ", candidates))
                : "The Docker Engine has no runtime runc: set kiln.sandbox.runtime=auto to use gVisor.";
    }

    /** The engine's own document: the client's model of it drops the arguments. */
    private static Map<?, ?> registered(Info info) {
        return info.getRawValues().get("Runtimes") instanceof Map<?, ?> map ? map : Map.of();
    }

    private static ContainerRuntime describe(String name, Map<?, ?> entry, boolean gvisor, int cpus)
            throws InterruptedException {
        Object path = entry.get("path");
        String version = version(path == null ? null : path.toString());
        String platform = gvisor ? platform(entry.get("runtimeArgs"), version) : "";
        return new ContainerRuntime(name, gvisor, version, platform, cpus);
    }

    /** The platform given in the runtime's arguments, else the default of its version. */
    static String platform(@Nullable Object arguments, String version) {
        if (arguments instanceof List<?> list) {
            for (Object each : list) {
                if (each instanceof String argument && argument.startsWith(PLATFORM)) {
                    return argument.substring(PLATFORM.length());
                }
            }
        }
        Matcher date = DATE.matcher(version);
        // An unknown version counts as old: the limits for ptrace are the roomier ones.
        return date.find() && Integer.parseInt(date.group(1)) >= SYSTRAP_SINCE
                ? "systrap"
                : "ptrace";
    }

    /**
     * The last word of the first line of {@code --version}; {@code unknown} where it cannot be
     * asked.
     */
    private static String version(@Nullable String path) throws InterruptedException {
        if (path == null) {
            return "unknown";
        }
        try {
            var asked = new ProcessBuilder(path, "--version").redirectErrorStream(true).start();
            try (var out = asked.getInputStream()) {
                asked.getOutputStream().close();
                if (!asked.waitFor(VERSION_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                    return "unknown";
                }
                return lastWord(new String(out.readNBytes(4096), StandardCharsets.UTF_8));
            } finally {
                asked.destroyForcibly();
            }
        } catch (IOException notHere) {
            // A worker in a container does not see the host's programs; its results then say so.
            return "unknown";
        }
    }

    /** Of "runsc version release-20240729.0" and what follows on other lines, the version. */
    static String lastWord(String output) {
        String line = output.lines().findFirst().orElse("").strip();
        return line.isEmpty() ? "unknown" : line.substring(line.lastIndexOf(' ') + 1);
    }
}
