package dev.kiln.sandbox;

import dev.kiln.job.CapturedStream;
import dev.kiln.job.Evidence;
import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Limits;
import dev.kiln.job.Program;
import dev.kiln.job.Provenance;
import dev.kiln.job.Termination;
import dev.kiln.job.Usage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A sandbox that runs nothing: a script written in the test says what comes of each program. It
 * keeps the port's contract on stopping: {@link #untilStopped()} blocks exactly until the run's
 * signal is raised.
 */
public final class ScriptedSandbox implements Sandbox {
    /** Decides what comes of one run, on the caller's thread. */
    @FunctionalInterface
    public interface Script {
        ExecutionResult run(Tag tag, Program program, Limits limits, StopSignal stop)
                throws SandboxFault, RunReleased;
    }

    private final AtomicReference<Script> script;
    private final AtomicReference<@Nullable SandboxFault> notReady = new AtomicReference<>();
    private final AtomicReference<Map<String, String>> lacking = new AtomicReference<>(Map.of());
    private final AtomicReference<Supplier<SecurityReport>> security =
            new AtomicReference<>(() -> report("scripted", true, Instant.now()));
    private final List<Tag> tags = new CopyOnWriteArrayList<>();
    private final Map<Tag, OutputTap> taps = new ConcurrentHashMap<>();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger mostAtOnce = new AtomicInteger();

    public ScriptedSandbox(Script script) {
        this.script = new AtomicReference<>(script);
    }

    /** Every program exits with 0 and prints nothing. */
    public ScriptedSandbox() {
        this((tag, program, limits, stop) -> exited(0, "", limits));
    }

    /** Replaces the script for the runs that start from now on. */
    public void script(Script next) {
        script.set(next);
    }

    /**
     * Makes {@link #checkReady} throw this; null makes the host ready again. Runs are not affected.
     */
    public void notReady(@Nullable SandboxFault fault) {
        notReady.set(fault);
    }

    /** The tags of all runs in the order they started. */
    public List<Tag> tags() {
        return List.copyOf(tags);
    }

    /** How many runs are going on now. */
    public int running() {
        return running.get();
    }

    /** The highest number of runs that ever went on at once. */
    public int mostAtOnce() {
        return mostAtOnce.get();
    }

    /** The tap of a run that is going on, for scripts to open. */
    public OutputTap tap(Tag tag) {
        return taps.get(tag);
    }

    @Override
    public ExecutionResult run(
            Tag tag, Program program, Limits limits, StopSignal stop, OutputTap tap)
            throws SandboxFault, RunReleased {
        tags.add(tag);
        taps.put(tag, tap);
        int now = running.incrementAndGet();
        mostAtOnce.accumulateAndGet(now, Math::max);
        try {
            return script.get().run(tag, program, limits, stop);
        } finally {
            taps.remove(tag);
            running.decrementAndGet();
        }
    }

    /** Makes {@link #checkReady} say that these languages cannot be run, and why. */
    public void lacking(Map<String, String> languages) {
        lacking.set(Map.copyOf(languages));
    }

    @Override
    public Map<String, String> checkReady() throws SandboxFault {
        SandboxFault fault = notReady.get();
        if (fault != null) {
            throw fault;
        }
        return lacking.get();
    }

    /** Makes {@link #validateSecurity} say this from now on. */
    public void security(Supplier<SecurityReport> report) {
        security.set(report);
    }

    /** Has no images besides the languages' own. */
    @Override
    public Set<String> images() {
        return Set.of();
    }

    @Override
    public SecurityReport validateSecurity() {
        return security.get().get();
    }

    /** A report with one probe of this name that every job needs. */
    public static SecurityReport report(String probe, boolean passed, Instant at) {
        return report(probe, passed, true, at);
    }

    /** A report with one probe of this name. */
    public static SecurityReport report(
            String probe, boolean passed, boolean required, Instant at) {
        return new SecurityReport(
                List.of(new SecurityReport.Probe(probe, passed, required, "as the script says")),
                new SecurityReport.Facts("scripted", "1", "none", "2", "none", "none"),
                at);
    }

    /** A script that never ends by itself: cancelled or released, as the signal says. */
    public static Script untilStopped() {
        return (tag, program, limits, stop) ->
                switch (stop.raised().join()) {
                    case CANCELLED -> cancelled("", limits);
                    case RELEASED -> throw new RunReleased();
                };
    }

    /** A script that always fails the platform's way. */
    public static Script fault(SandboxFault.Scope scope, String message) {
        return (tag, program, limits, stop) -> {
            throw new SandboxFault(scope, message);
        };
    }

    /** The result of a program that ended by itself. */
    public static ExecutionResult exited(int code, String stdout, Limits limits) {
        return result(Termination.EXITED, code, stdout, Evidence.NONE, limits);
    }

    /** The result of a program that met its wall limit. */
    public static ExecutionResult timedOut(String stdout, Limits limits) {
        long wall = limits.wall().toMillis();
        var evidence = new Evidence("timeout", wall, wall, "worker", "scripted");
        return result(Termination.TIMED_OUT, null, stdout, evidence, limits);
    }

    /** The result of a program that met its memory limit. */
    public static ExecutionResult outOfMemory(String stdout, Limits limits) {
        long memory = limits.memoryBytes();
        var evidence = new Evidence("memory_limit", memory, memory, "kernel", "scripted");
        return result(Termination.OUT_OF_MEMORY, null, stdout, evidence, limits);
    }

    /** The partial result of a program that its submitter took back. */
    public static ExecutionResult cancelled(String stdout, Limits limits) {
        var evidence = new Evidence(null, null, null, "submitter", "scripted");
        return result(Termination.CANCELLED, null, stdout, evidence, limits);
    }

    private static ExecutionResult result(
            Termination termination,
            @Nullable Integer exitCode,
            String stdout,
            Evidence evidence,
            Limits limits) {
        byte[] bytes = stdout.getBytes(StandardCharsets.UTF_8);
        return new ExecutionResult(
                termination,
                exitCode,
                null,
                new CapturedStream(bytes, bytes.length),
                CapturedStream.EMPTY,
                null,
                new Usage(Duration.ofMillis(1), Duration.ofMillis(1), 1L << 20),
                evidence,
                new Provenance("scripted", "1", "sha256:scripted", limits, false));
    }
}
