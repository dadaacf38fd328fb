package dev.kiln.sandbox.docker;

import dev.kiln.job.Limits;
import dev.kiln.sandbox.SandboxFault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Believes in a runtime only after a container of a trusted image has shown what it is:
 * configuration and names prove nothing, and gVisor may be registered but not work on this host.
 */
final class GvisorProbe {
    private static final Limits LIMITS =
            new Limits(Duration.ofSeconds(30), 256 << 20, 1.0, 16, 0, 1 << 20);

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
        ContainerRuntime runtime = new RuntimeFinder(config).find(engine.info());
        RunnerHello hello = greet(runtime);
        if (runtime.gvisor()) {
            requireGvisor(runtime.name(), hello, System.getProperty("os.version"));
        }
        return runtime;
    }

    private void requireRunner() throws SandboxFault {
        Path runner = config.home().resolve("runner").resolve("kiln-runner").toAbsolutePath();
        if (!Files.isExecutable(runner)) {
            throw fault(
                    "The sandbox runner %s is missing: run ./kiln setup, which builds it, or set KILN_HOME to where it is."
                            .formatted(runner));
        }
    }

    private RunnerHello greet(ContainerRuntime runtime) throws SandboxFault, InterruptedException {
        Image image = new Images(engine).own(config.probeImage());
        Cell cell = cells.open(image, runtime, null, LIMITS, Map.of("dev.kiln.probe", "true"));
        try {
            RunnerHello hello =
                    cell.conversation()
                            .ready()
                            .get(config.startTimeout().toMillis(), TimeUnit.MILLISECONDS);
            if (hello == null) {
                throw fault(
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

    /** Refuses a runtime that does not show that it is gVisor. */
    static void requireGvisor(String name, RunnerHello hello, String hostKernel)
            throws SandboxFault {
        if (hello.kernelRelease().equals(hostKernel)) {
            throw fault(
                    "The runtime %s is not gVisor: a container of it runs on the host's own kernel (%s). Correct \"runtimes\" in /etc/docker/daemon.json, or run ./kiln setup."
                            .formatted(name, hostKernel));
        }
        if (!hello.kernelLog().contains("gVisor")) {
            throw fault(
                    "The runtime %s does not show that it is gVisor (its kernel log begins with \"%s\"): correct \"runtimes\" in /etc/docker/daemon.json, or run ./kiln setup."
                            .formatted(name, hello.kernelLog()));
        }
    }

    private static String remedy(ContainerRuntime runtime) {
        return runtime.gvisor()
                ? "gVisor does not work on this host with platform %s; register it with --platform=systrap or ptrace, see docs/TROUBLESHOOTING.md."
                        .formatted(runtime.platform())
                : "look at the engine's log (journalctl -u docker).";
    }

    private static SandboxFault fault(String sentence) {
        return new SandboxFault(SandboxFault.Scope.HOST, sentence);
    }
}
