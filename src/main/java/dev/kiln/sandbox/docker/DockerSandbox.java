package dev.kiln.sandbox.docker;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Limits;
import dev.kiln.sandbox.Program;
import dev.kiln.sandbox.RunReleased;
import dev.kiln.sandbox.RuntimesConfig;
import dev.kiln.sandbox.Sandbox;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.StopSignal;
import dev.kiln.sandbox.Tag;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Runs each program in a container of its own, made for it and removed after it, through the Docker
 * Engine of this host. Nothing runs before the isolation was proved by a probe.
 */
public final class DockerSandbox implements Sandbox, Closeable {
    private static final Logger LOG = Logger.getLogger(DockerSandbox.class);

    private final SandboxConfig config;
    private final RuntimesConfig runtimes;
    private final Engine engine;
    private final Instance instance;
    private final Cells cells;
    private final Orphans orphans;
    private final GvisorProbe probe;
    private final Map<String, Image> images = new ConcurrentHashMap<>();
    private final ReentrantLock probing = new ReentrantLock();
    private volatile @Nullable ContainerRuntime proved;

    /**
     * Prepares for running; talks to nobody yet.
     *
     * @throws UncheckedIOException when the home directory cannot be written
     */
    public DockerSandbox(SandboxConfig config, RuntimesConfig runtimes) {
        this.config = config;
        this.runtimes = runtimes;
        try {
            this.instance = Instance.claim(config.home());
        } catch (IOException unwritable) {
            throw new UncheckedIOException(
                    "Cannot write below "
                            + config.home()
                            + ": set KILN_HOME to a directory that the worker may write.",
                    unwritable);
        }
        var address = EngineAddress.of(config.engine(), System.getenv("DOCKER_HOST"));
        this.engine = new Engine(address, config.callTimeout(), config.connections());
        this.cells = new Cells(engine, instance, config.home(), config.killTimeout());
        this.orphans = new Orphans(engine, instance, cells, config.home(), config.killTimeout());
        this.probe = new GvisorProbe(engine, cells, config);
    }

    /** {@inheritDoc} An interrupt counts as {@code RELEASED}. */
    @Override
    public ExecutionResult run(Tag tag, Program program, Limits limits, StopSignal stop)
            throws SandboxFault, RunReleased {
        var runtime = runtimes.runtimes().get(program.runtime());
        if (runtime == null) {
            throw new SandboxFault(
                    SandboxFault.Scope.SANDBOX,
                    "This worker has no runtime %s: configure kiln.runtimes.%s"
                            .formatted(program.runtime(), program.runtime()));
        }
        try {
            return run(tag, program, limits, stop, runtime);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new RunReleased();
        }
    }

    private ExecutionResult run(
            Tag tag,
            Program program,
            Limits limits,
            StopSignal stop,
            RuntimesConfig.Runtime runtime)
            throws SandboxFault, RunReleased, InterruptedException {
        var command = new LaunchCommand(runtime.file(), runtime.command());
        Cell cell = open(runtime.image(), limits, labels(tag));
        try {
            return new Run(engine, cells, config, cell, stop).toEnd(program, command);
        } finally {
            cells.dispose(cell);
        }
    }

    private Cell open(String imageName, Limits limits, Map<String, String> labels)
            throws SandboxFault, InterruptedException {
        ContainerRuntime runtime = proved();
        Image image = images.get(imageName);
        if (image == null) {
            image = engine.image(imageName);
            images.put(imageName, image);
        }
        return cells.open(image, runtime, limits, labels, false);
    }

    private static Map<String, String> labels(Tag tag) {
        var labels = new HashMap<String, String>();
        labels.put("dev.kiln.worker", tag.worker());
        labels.put("dev.kiln.job", tag.job().toString());
        labels.put("dev.kiln.epoch", Long.toString(tag.epoch()));
        return labels;
    }

    @Override
    public void checkReady() throws SandboxFault {
        try {
            engine.ping();
            proved();
            for (var runtime : runtimes.runtimes().values()) {
                images.put(runtime.image(), engine.image(runtime.image()));
            }
            if (cells.untidy()) {
                orphans.sweep();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new SandboxFault(
                    SandboxFault.Scope.HOST, "The check was interrupted", interrupted);
        }
    }

    /** The runtime, once its probe has passed; probes when none has. */
    private ContainerRuntime proved() throws SandboxFault, InterruptedException {
        ContainerRuntime known = proved;
        if (known != null) {
            return known;
        }
        probing.lockInterruptibly();
        try {
            if (proved == null) {
                int removed = orphans.sweep();
                ContainerRuntime found = probe.probe();
                LOG.infof(
                        "runtime=%s version=%s platform=%s orphansRemoved=%d outcome=ready",
                        found.name(), found.version(), found.platform(), removed);
                proved = found;
                return found;
            }
            return proved;
        } finally {
            probing.unlock();
        }
    }

    /** Gives up this worker's place on the host. No run may be going on. */
    @Override
    public void close() {
        try {
            engine.close();
            instance.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
