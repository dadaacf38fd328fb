package dev.kiln.sandbox.docker;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Limits;
import dev.kiln.job.Program;
import dev.kiln.sandbox.ContextSource;
import dev.kiln.sandbox.RunReleased;
import dev.kiln.sandbox.RuntimesConfig;
import dev.kiln.sandbox.Sandbox;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.SecurityReport;
import dev.kiln.sandbox.StopSignal;
import dev.kiln.sandbox.Tag;
import java.io.Closeable;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Runs each program in a container of its own, made for it and removed after it, through the Docker
 * Engine of this host. Nothing runs before a probe has proved the isolation.
 */
public final class DockerSandbox implements Sandbox, Closeable {
    private static final Logger LOG = Logger.getLogger(DockerSandbox.class);

    /** A host and the runtime that was proved to work on it. */
    private record Proved(Host host, ContainerRuntime runtime) {}

    private final SandboxConfig config;
    private final RuntimesConfig runtimes;
    private final ContextSource contexts;
    private final Engine engine;
    private final Map<String, Image> images = new ConcurrentHashMap<>();

    /** Held while probing, so that ten waiting runs probe once. */
    private final ReentrantLock probing = new ReentrantLock();

    private @Nullable Host host;
    private volatile @Nullable Proved proved;

    /** One whose programs bring their contexts along. */
    public DockerSandbox(SandboxConfig config, RuntimesConfig runtimes) {
        this(config, runtimes, ContextSource.NONE);
    }

    /**
     * Prepares for running; talks to nobody and writes nothing yet.
     *
     * @param contexts where those come from that were uploaded
     */
    public DockerSandbox(SandboxConfig config, RuntimesConfig runtimes, ContextSource contexts) {
        this.config = config;
        this.runtimes = runtimes;
        this.contexts = contexts;
        var address = EngineAddress.of(config.engine(), System.getenv("DOCKER_HOST"));
        this.engine = new Engine(address, config.callTimeout(), config.connections());
    }

    /** {@inheritDoc} An interrupt counts as {@code RELEASED}. */
    @Override
    public ExecutionResult run(Tag tag, Program program, Limits limits, StopSignal stop)
            throws SandboxFault, RunReleased {
        var runtime = runtimes.runtimes().get(program.language());
        if (runtime == null) {
            throw new SandboxFault(
                    SandboxFault.Scope.SANDBOX,
                    "This worker has no runtime %s: configure kiln.runtimes.%s"
                            .formatted(program.language(), program.language()));
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
        var command = command(program.language(), runtime);
        Cells cells = proved().host().cells();
        Cell cell = open(runtime.image(), limits, labels(tag));
        try {
            return new Run(engine, cells, config, cell, stop).toEnd(program, command, contexts);
        } finally {
            cells.dispose(cell);
        }
    }

    private static LaunchCommand command(String name, RuntimesConfig.Runtime runtime)
            throws SandboxFault {
        try {
            return LaunchCommand.of(runtime);
        } catch (IllegalArgumentException cannotWork) {
            throw new SandboxFault(
                    SandboxFault.Scope.HOST,
                    "A setting is wrong: kiln.runtimes.%s: %s"
                            .formatted(name, cannotWork.getMessage()),
                    cannotWork);
        }
    }

    private Cell open(String imageName, Limits limits, Map<String, String> labels)
            throws SandboxFault, InterruptedException {
        Proved ready = proved();
        try {
            return ready.host().cells().open(image(imageName), ready.runtime(), limits, labels);
        } catch (SandboxFault fault) {
            if (fault.scope() == SandboxFault.Scope.HOST) {
                // What was known of the host holds no longer: it has to prove itself again.
                proved = null;
                images.remove(imageName);
            }
            throw fault;
        }
    }

    private Image image(String name) throws SandboxFault, InterruptedException {
        Image known = images.get(name);
        return known != null ? known : refreshed(name);
    }

    private Image refreshed(String name) throws SandboxFault, InterruptedException {
        // Forgotten first: an image that is gone must not go on being used by its digest.
        images.remove(name);
        Image found = engine.image(name);
        images.put(name, found);
        return found;
    }

    private static Map<String, String> labels(Tag tag) {
        return Map.of(
                "dev.kiln.worker", tag.worker(),
                "dev.kiln.job", tag.job().toString(),
                "dev.kiln.epoch", Long.toString(tag.epoch()));
    }

    @Override
    public void checkReady() throws SandboxFault {
        try {
            engine.ping();
            for (var runtime : runtimes.runtimes().entrySet()) {
                command(runtime.getKey(), runtime.getValue());
                refreshed(runtime.getValue().image());
            }
            Host place = proved().host();
            if (place.cells().untidy()) {
                place.orphans().sweep();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new SandboxFault(
                    SandboxFault.Scope.HOST, "The check was interrupted", interrupted);
        }
    }

    /** {@inheritDoc} An interrupt leaves the probes that were not made failed. */
    @Override
    public SecurityReport validateSecurity() {
        return new SecurityProbes(
                        engine,
                        config,
                        new SecurityProbes.Subject() {
                            @Override
                            public ContainerRuntime runtime()
                                    throws SandboxFault, InterruptedException {
                                return proved().runtime();
                            }

                            @Override
                            public ExecutionResult run(String resource, Limits limits)
                                    throws SandboxFault, RunReleased, InterruptedException {
                                return DockerSandbox.this.run(
                                        TrustedPrograms.tag(),
                                        TrustedPrograms.named(resource, limits.pids()),
                                        limits,
                                        new StopSignal(),
                                        TrustedPrograms.python(config.probeImage()));
                            }
                        })
                .report();
    }

    /** The host, once its probe has passed; sweeps and probes when none has. */
    private Proved proved() throws SandboxFault, InterruptedException {
        Proved known = proved;
        if (known != null) {
            return known;
        }
        probing.lockInterruptibly();
        try {
            known = proved;
            if (known == null) {
                known = prove();
                proved = known;
            }
            return known;
        } finally {
            probing.unlock();
        }
    }

    private Proved prove() throws SandboxFault, InterruptedException {
        Host place = host;
        if (place == null) {
            place = Host.open(engine, config);
            host = place;
        }
        int removed = place.orphans().sweep();
        ContainerRuntime found = new GvisorProbe(engine, place.cells(), config).probe();
        LOG.infof(
                "runtime=%s version=%s platform=%s orphansRemoved=%d outcome=ready",
                found.name(), found.version(), found.platform(), removed);
        return new Proved(place, found);
    }

    /** Gives up this worker's place on the host. No run may be going on. */
    @Override
    public void close() throws IOException {
        engine.close();
        probing.lock();
        try {
            if (host != null) {
                host.close();
            }
        } finally {
            probing.unlock();
        }
    }
}
