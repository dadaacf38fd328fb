package dev.kiln.sandbox.docker;

import dev.kiln.job.ArtifactRequest;
import dev.kiln.job.Artifacts;
import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Limits;
import dev.kiln.job.Program;
import dev.kiln.sandbox.ContextSource;
import dev.kiln.sandbox.RunReleased;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.StopSignal;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The life of one program in its cell, from the runner's first word to the verdict. One thread, one
 * use.
 */
final class Run {
    /**
     * How often the cgroup is looked at while the program runs: what it shows is lost when the
     * sandbox dies.
     */
    private static final Duration SAMPLE_EVERY = Duration.ofMillis(500);

    /** For ending what the program left running, before the runner's own time begins to count. */
    private static final Duration COLLECTION_GRACE = Duration.ofSeconds(5);

    private final Engine engine;
    private final Cells cells;
    private final SandboxConfig config;
    private final Cell cell;
    private final Limits limits;
    private final CompletableFuture<StopSignal.Reason> stop;
    private Cgroup.Sample latest = Cgroup.Sample.UNKNOWN;
    private @Nullable Stretch compiling;
    private @Nullable Stretch running;
    private ArtifactRequest asked = ArtifactRequest.NONE;

    /** The compiler's limit of time, while it is at work. */
    private @Nullable Duration compilerLimit;

    Run(Engine engine, Cells cells, SandboxConfig config, Cell cell, StopSignal stop) {
        this.engine = engine;
        this.cells = cells;
        this.config = config;
        this.cell = cell;
        this.limits = cell.spec().limits();
        this.stop = stop.raised();
    }

    /** Runs the program to its end, whatever that is. The cell still exists afterwards. */
    ExecutionResult toEnd(Program program, LaunchCommand command, ContextSource contexts)
            throws SandboxFault, RunReleased, InterruptedException {
        asked = program.artifacts();
        var conversation = cell.conversation();
        Wait wait = await(conversation.ready(), patience());
        RunnerHello hello = conversation.ready().getNow(null);
        if (wait == Wait.DONE && stop.isDone()) {
            wait = Wait.STOPPED;
        }
        if (wait == Wait.DONE && hello != null) {
            requireIsolation(hello);
            cell.load(program, command, contexts);
            wait = started(command.compile());
        }
        if (wait == Wait.LATE && compilerLimit == null) {
            throw new SandboxFault(
                    SandboxFault.Scope.SANDBOX,
                    "The sandbox did not start the program within "
                            + config.startTimeout().toSeconds()
                            + " s");
        }
        var started = conversation.started().getNow(null);
        if (wait == Wait.DONE && started != null) {
            running = stretch(started);
            wait = watch(running, conversation.end(), limits.wall());
        }
        return switch (wait) {
            case DONE -> ended(null);
            case LATE -> ended(Verdict.Kill.TIMEOUT);
            case STOPPED -> stopped();
        };
    }

    /** Waits for the program's start, and for its compiler before it. */
    private Wait started(LaunchCommand.@Nullable Compile compile)
            throws SandboxFault, InterruptedException {
        if (compile != null) {
            Wait wait = compiled(compile);
            if (wait != Wait.DONE) {
                return wait;
            }
        }
        return await(cell.conversation().started(), patience());
    }

    /** Waits for the end of the compiler, whatever that is. */
    private Wait compiled(LaunchCommand.Compile compile) throws InterruptedException {
        CompilerLog compiler = cell.conversation().compiler();
        Wait wait = await(compiler.started(), patience());
        var started = compiler.started().getNow(null);
        if (wait != Wait.DONE || started == null) {
            return wait;
        }
        compiling = stretch(started);
        compilerLimit = compile.timeout();
        wait = watch(compiling, compiler.ended(), compile.timeout());
        if (wait == Wait.DONE && compiler.ended().getNow(null) != null) {
            compilerLimit = null;
        }
        return wait;
    }

    private long patience() {
        return System.nanoTime() + config.startTimeout().toNanos();
    }

    private Stretch stretch(Conversation.Started started) {
        return new Stretch(started.nanoTime(), cell.cgroup().sample());
    }

    /** Costs nothing, so every container proves again what the probe proved once. */
    private void requireIsolation(RunnerHello hello) throws SandboxFault {
        var runtime = cell.spec().runtime();
        if (runtime.gvisor()) {
            GvisorProbe.requireGvisor(runtime.name(), hello, System.getProperty("os.version"));
        }
    }

    private ExecutionResult stopped() throws SandboxFault, RunReleased, InterruptedException {
        return switch (stop.join()) {
            case CANCELLED -> ended(Verdict.Kill.CANCEL);
            case RELEASED -> throw new RunReleased();
        };
    }

    private Wait watch(Stretch step, CompletableFuture<?> end, Duration limit)
            throws InterruptedException {
        long deadline = step.startedNanos() + limit.toNanos();
        Wait wait;
        do {
            latest = cell.cgroup().sample().orElse(latest);
            long next = System.nanoTime() + SAMPLE_EVERY.toNanos();
            wait = await(end, next - deadline < 0 ? next : deadline);
        } while (wait == Wait.LATE && System.nanoTime() - deadline < 0);
        return wait;
    }

    /** What ended a wait. */
    private enum Wait {
        DONE,
        STOPPED,
        LATE
    }

    private Wait await(CompletableFuture<?> what, long deadlineNanos) throws InterruptedException {
        try {
            long left = Math.max(0, deadlineNanos - System.nanoTime());
            CompletableFuture.anyOf(what, stop).get(left, TimeUnit.NANOSECONDS);
            return what.isDone() ? Wait.DONE : Wait.STOPPED;
        } catch (TimeoutException late) {
            return Wait.LATE;
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private ExecutionResult ended(Verdict.@Nullable Kill ordered)
            throws SandboxFault, InterruptedException {
        latest = cell.cgroup().sample().orElse(latest);
        long endedNanos = System.nanoTime();
        Verdict.Kill kill = ordered != null && cells.kill(cell) ? ordered : null;
        if (ordered != null) {
            awaitSilence();
        }
        var end = cell.conversation().end().getNow(new Conversation.End.Silent());
        boolean clueless =
                kill == null
                        && !(end instanceof Conversation.End.Reported)
                        && !(end instanceof Conversation.End.NotCompiled)
                        && !(end instanceof Conversation.End.NotRunnable)
                        && !(end instanceof Conversation.End.NotStarted);
        ContainerState state = clueless ? engine.stateAtEnd(cell.id(), config.killTimeout()) : null;
        KernelLog.Facts kernel = clueless ? KernelLog.about(cell.id()) : KernelLog.Facts.NONE;
        Stretch last = running != null ? running : compiling;
        Duration wall = last == null ? Duration.ZERO : last.wall(endedNanos);
        var seen =
                new Verdict.Observed(
                        cell.spec().runtime().gvisor(),
                        end,
                        kill,
                        compilerLimit,
                        wall.toMillis(),
                        state,
                        latest,
                        kernel,
                        cell.attachment().diagnostics());
        return switch (Verdict.of(seen, limits)) {
            case Verdict.Failed(var scope, String why) -> throw new SandboxFault(scope, why);
            case Verdict.Ended verdict ->
                    new Account(cell, compiling, running, endedNanos, latest)
                            .result(verdict, end, artifacts(end));
        };
    }

    /**
     * After the verdict: what bringing files out costs, and how it ends, is no longer the program's
     * doing. Only a runner that lives can do it.
     */
    private Artifacts artifacts(Conversation.End end) throws InterruptedException {
        if (!(end instanceof Conversation.End.Reported)) {
            return Artifacts.notCollected(asked);
        }
        if (!asked.isEmpty()) {
            await(
                    cell.conversation().collected(),
                    System.nanoTime() + RunnerSpec.COLLECTION.plus(COLLECTION_GRACE).toNanos());
        }
        return cell.conversation().broughtOut();
    }

    /**
     * After a kill: takes what was still on its way. The engine closes the stream when the sandbox
     * is gone.
     */
    private void awaitSilence() throws InterruptedException {
        try {
            cell.attachment().closed().get(config.killTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException stillOpen) {
            // The verdict stands on the kill, not on this; what has come until now is what there
            // is.
            cell.conversation().over(new Conversation.End.Silent());
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
