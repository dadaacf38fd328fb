package dev.kiln.sandbox.docker;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Limits;
import dev.kiln.job.Program;
import dev.kiln.sandbox.ContextSource;
import dev.kiln.sandbox.OutputTap;
import dev.kiln.sandbox.RunReleased;
import dev.kiln.sandbox.RuntimesConfig;
import dev.kiln.sandbox.Sandbox;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.SandboxStatistics;
import dev.kiln.sandbox.SecurityReport;
import dev.kiln.sandbox.StopSignal;
import dev.kiln.sandbox.Tag;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Runs each program in a container of its own, made for it and removed after it, through the Docker
 * Engine of this host. Nothing runs before a probe has proved the isolation.
 */
public final class DockerSandbox implements Sandbox, Closeable {
    private static final Logger LOG = Logger.getLogger(DockerSandbox.class);

    /** Somewhat longer than the time between two looks at the host, each of which looks them up. */
    private static final Duration IMAGES_BELIEVED = Duration.ofSeconds(5);

    /** A host and the runtime that was proved to work on it. */
    private record Proved(Host host, ContainerRuntime runtime) {}

    private final SandboxConfig config;
    private final RuntimesConfig runtimes;
    private final ContextSource contexts;
    private final @Nullable PoolConfig pool;
    private final PoolConfig.Settings poolSettings;
    private final Engine engine;
    private final Images images;
    private final NetworkGate network;
    private final Languages languages;

    /** Held while probing, so that ten waiting runs probe once. */
    private final ReentrantLock probing = new ReentrantLock();

    private volatile @Nullable Host host;
    private volatile boolean examined;
    private volatile long swept = System.nanoTime();
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
        this(config, runtimes, contexts, null);
    }

    /**
     * Prepares for running with containers that wait for jobs.
     *
     * @param pool how many and which; null for none
     */
    public DockerSandbox(
            SandboxConfig config,
            RuntimesConfig runtimes,
            ContextSource contexts,
            @Nullable PoolConfig pool) {
        this.pool = pool;
        this.poolSettings = pool == null ? PoolConfig.Settings.NONE : pool.settings();
        this.config = config;
        this.runtimes = runtimes;
        this.contexts = contexts;
        var address = EngineAddress.of(config.engine(), System.getenv("DOCKER_HOST"));
        this.engine = new Engine(address, config.callTimeout(), config.connections());
        this.images =
                new Images(engine, poolSettings.size() == 0 ? Duration.ZERO : IMAGES_BELIEVED);
        this.network = new NetworkGate(engine, config, this::runTrusted);
        this.languages = new Languages(runtimes, images, new WarmUps(this::runWarmUp));
    }

    private ExecutionResult runWarmUp(
            RuntimesConfig.Runtime runtime, Program program, Limits limits)
            throws SandboxFault, RunReleased, InterruptedException {
        return run(
                TrustedPrograms.tag(),
                program,
                limits,
                new StopSignal(),
                new OutputTap(),
                runtime,
                false);
    }

    /** Nothing that was seen to work may be relied upon. */
    private void distrust() {
        network.forget();
        Host place = host;
        if (place != null) {
            place.pool().clear();
        }
    }

    /** {@inheritDoc} An interrupt counts as {@code RELEASED}. */
    @Override
    public ExecutionResult run(
            Tag tag, Program program, Limits limits, StopSignal stop, OutputTap tap)
            throws SandboxFault, RunReleased {
        var runtime = runtimes.runtimes().get(program.language());
        if (runtime == null) {
            throw new SandboxFault(
                    SandboxFault.Scope.SANDBOX,
                    "This worker has no runtime %s: configure kiln.runtimes.%s"
                            .formatted(program.language(), program.language()));
        }
        try {
            return run(tag, program, limits, stop, tap, runtime, true);
        } catch (SandboxFault fault) {
            if (fault.scope() == SandboxFault.Scope.HOST) {
                distrust();
            }
            throw fault;
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
            OutputTap tap,
            RuntimesConfig.Runtime runtime,
            boolean pooled)
            throws SandboxFault, RunReleased, InterruptedException {
        Images.Chosen chosen;
        try {
            chosen = images.choose(runtime.image(), program.needs().image());
        } catch (SandboxFault fault) {
            throw blamed(fault, false, false);
        }
        var command = Languages.command(program.language(), runtime);
        Proved ready = proved();
        if (chosen.foreign()) {
            command = command.byName();
        }
        var order = new Order(program, command, limits, stop, tap, labels(tag), pooled);
        return run(ready, program.needs().network() ? network.open() : null, chosen, order);
    }

    /** One program to be run, wherever that will be. */
    private record Order(
            Program program,
            LaunchCommand command,
            Limits limits,
            StopSignal stop,
            OutputTap tap,
            Map<String, String> labels,
            boolean pooled) {}

    /** Runs the program in a cell of its own, and does away with that. */
    private ExecutionResult run(
            Proved ready, NetworkGate.@Nullable Way way, Images.Chosen chosen, Order order)
            throws SandboxFault, RunReleased, InterruptedException {
        Host place = ready.host();
        long asked = System.nanoTime();
        Cell cell;
        try {
            cell = cell(ready, way, chosen, order);
        } catch (SandboxFault fault) {
            throw blamed(fault, way != null, chosen.foreign());
        }
        var waited = Duration.ofNanos(System.nanoTime() - asked);
        order.tap().open(cell.conversation()::written);
        tellStart(cell.conversation(), order.tap());
        try {
            return new Run(engine, place.cells(), config, cell, order.stop())
                    .toEnd(order.program(), order.command(), contexts);
        } catch (SandboxFault fault) {
            throw cell.named(fault);
        } finally {
            place.removals().add(cell, waited);
        }
    }

    private static void tellStart(Conversation conversation, OutputTap tap) {
        Consumer<Conversation.@Nullable Started> tell =
                // Null where the channel was closed before.
                started -> {
                    if (started != null) {
                        tap.started(started.nanoTime());
                    }
                };
        conversation.compiler().started().thenAccept(tell);
        conversation.started().thenAccept(tell);
    }

    private Cell cell(
            Proved ready, NetworkGate.@Nullable Way way, Images.Chosen chosen, Order order)
            throws SandboxFault, InterruptedException {
        Host place = ready.host();
        if (way == null && order.pooled()) {
            var shape = new Shape(chosen.image(), ready.runtime(), order.limits(), order.command());
            var warm = place.pool().take(shape);
            if (warm.isPresent()) {
                return warm.get().serving(order.limits());
            }
        }
        return place.cells()
                .open(
                        chosen.image(),
                        way == null ? ready.runtime() : way.runtime(),
                        way == null ? null : way.network(),
                        order.limits(),
                        order.labels());
    }

    /**
     * What a start that failed means. A fault of the host: what was known of it holds no longer, it
     * has to prove itself again. Where it can do that, what this one job asked for is to blame and
     * not the host, which would otherwise be closed for all others.
     */
    private SandboxFault blamed(SandboxFault fault, boolean networked, boolean foreignImage)
            throws InterruptedException {
        if (fault.scope() != SandboxFault.Scope.HOST) {
            return fault;
        }
        proved = null;
        if (!networked && !foreignImage) {
            return fault;
        }
        try {
            proved();
        } catch (SandboxFault ofHost) {
            return ofHost;
        }
        return networked
                ? new SandboxFault(
                        SandboxFault.Scope.NEEDS, String.valueOf(fault.getMessage()), fault)
                : new SandboxFault(
                        SandboxFault.Scope.SANDBOX,
                        "The image that the job asks for does not start, though others do: "
                                + fault.getMessage(),
                        fault);
    }

    /** Runs one of our own programs on the way that is being probed. */
    private ExecutionResult runTrusted(NetworkGate.Way way, Program program, StopSignal stop)
            throws SandboxFault, RunReleased, InterruptedException {
        var python = TrustedPrograms.python(config.probeImage());
        return run(
                proved(),
                way,
                images.choose(python.image(), null),
                new Order(
                        program,
                        LaunchCommand.of(python),
                        NetworkGate.LIMITS,
                        stop,
                        new OutputTap(),
                        labels(TrustedPrograms.tag()),
                        false));
    }

    @Override
    public Set<String> images() throws SandboxFault {
        try {
            return images.names();
        } catch (InterruptedException interrupted) {
            throw interruptedCheck(interrupted);
        }
    }

    private static SandboxFault interruptedCheck(InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return new SandboxFault(SandboxFault.Scope.HOST, "The check was interrupted", interrupted);
    }

    private static Map<String, String> labels(Tag tag) {
        return Map.of(
                "dev.kiln.worker", tag.worker(),
                "dev.kiln.job", tag.job().toString(),
                "dev.kiln.epoch", Long.toString(tag.epoch()));
    }

    @Override
    public Map<String, String> checkReady() throws SandboxFault {
        try {
            engine.ping();
            Map<String, String> lacking = new TreeMap<>();
            var present = languages.present(lacking);
            Host place = proved().host();
            if (place.cells().untidy() || sweepIsDue()) {
                swept = System.nanoTime();
                place.orphans().sweep();
            }
            languages.warmUp(present, lacking);
            if (pool != null && examined) {
                present.keySet().removeAll(lacking.keySet());
                place.pool().expect(languages.shapes(pool, present, proved().runtime()));
            }
            return lacking;
        } catch (InterruptedException interrupted) {
            throw interruptedCheck(interrupted);
        }
    }

    /** Workers that died beside this one left theirs, and nobody else may come by to look. */
    private boolean sweepIsDue() {
        return System.nanoTime() - swept > config.sweep().toNanos();
    }

    /** {@inheritDoc} An interrupt leaves the probes that were not made failed. */
    @Override
    public SecurityReport validateSecurity() {
        var report = probeSecurity();
        // Not before, when the probes want the processors.
        examined = true;
        return report;
    }

    private SecurityReport probeSecurity() {
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
                            public String network() throws SandboxFault, InterruptedException {
                                return network.probe();
                            }

                            @Override
                            public ExecutionResult run(String resource, Limits limits)
                                    throws SandboxFault, RunReleased, InterruptedException {
                                return DockerSandbox.this.run(
                                        TrustedPrograms.tag(),
                                        TrustedPrograms.named(resource, limits.pids()),
                                        limits,
                                        new StopSignal(),
                                        new OutputTap(),
                                        TrustedPrograms.python(config.probeImage()),
                                        false);
                            }
                        })
                .report();
    }

    @Override
    public SandboxStatistics statistics() {
        Host place = host;
        return place == null
                ? SandboxStatistics.NOTHING
                : new SandboxStatistics(
                        place.pool().waiting(),
                        place.pool().served(),
                        place.pool().missed(),
                        place.orphans().leaked(),
                        place.orphans().removed());
    }

    /** How many containers wait for jobs now. */
    int waiting() {
        return statistics().waiting();
    }

    /** How many jobs got a container that had waited for them. */
    long served() {
        return statistics().served();
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
            place = Host.open(engine, config, poolSettings);
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
        probing.lock();
        try {
            Host place = host;
            if (place != null) {
                place.close();
            }
        } finally {
            probing.unlock();
            engine.close();
        }
    }
}
