package dev.kiln.sandbox.scripted;

import dev.kiln.job.Evidence;
import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Limits;
import dev.kiln.job.ProgramStream;
import dev.kiln.job.Provenance;
import dev.kiln.job.Termination;
import dev.kiln.job.Usage;
import dev.kiln.sandbox.RunReleased;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.StopSignal;
import dev.kiln.sandbox.Tag;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One scripted program from its first step to its verdict. One thread, one use. */
final class ScriptedRun {
    private static final String NAME = "scripted";
    private static final String VERSION = "1";

    /** What the shell says of a script that it cannot read. */
    private static final int BAD_SCRIPT = 2;

    private static final int SIGNAL_EXIT = 128;

    private final Tag tag;
    private final Limits limits;
    private final CompletableFuture<StopSignal.Reason> stop;
    private final Output stdout;
    private final Output stderr;
    private final long startNanos = System.nanoTime();

    ScriptedRun(Tag tag, Limits limits, StopSignal stop) {
        this.tag = tag;
        this.limits = limits;
        this.stop = stop.raised();
        this.stdout = new Output(limits.outputBytes());
        this.stderr = new Output(limits.outputBytes());
    }

    /** What it has kept so far, see {@link dev.kiln.sandbox.OutputTap.Source}. */
    byte[] written(ProgramStream stream, long from, int most) {
        return switch (stream) {
            case STDOUT -> stdout.read(from, most);
            case STDERR -> stderr.read(from, most);
        };
    }

    ExecutionResult toEnd(byte[] code) throws SandboxFault, RunReleased, InterruptedException {
        try {
            for (Step step : Script.parse(code).steps()) {
                ExecutionResult end = stop.isDone() ? stopped() : take(step);
                if (end != null) {
                    return end;
                }
            }
        } catch (ScriptError error) {
            stderr.write((error.getMessage() + "\n").getBytes(StandardCharsets.UTF_8));
            return own(Termination.EXITED, BAD_SCRIPT, null);
        }
        return stop.isDone() ? stopped() : own(Termination.EXITED, 0, null);
    }

    /** Null when the program goes on. */
    private @Nullable ExecutionResult take(Step step)
            throws SandboxFault, RunReleased, InterruptedException {
        return switch (step) {
            case Step.Print(boolean toStderr, byte[] text) -> {
                (toStderr ? stderr : stdout).write(text);
                yield null;
            }
            case Step.Fill(long bytes) -> fill(bytes);
            case Step.PrintEpoch _ -> {
                stdout.write("epoch %d\n".formatted(tag.epoch()).getBytes(StandardCharsets.UTF_8));
                yield null;
            }
            case Step.Sleep(Duration span) -> await(System.nanoTime() + span.toNanos());
            case Step.UntilStopped _ -> await(Long.MAX_VALUE);
            case Step.Exit(int code) -> own(Termination.EXITED, code, null);
            case Step.Signal(int number) ->
                    own(Termination.SIGNALLED, SIGNAL_EXIT + number, number);
            case Step.TimeOut _ -> timedOut(limits.wall().toMillis());
            case Step.OutOfMemory _ ->
                    limit(
                            Termination.OUT_OF_MEMORY,
                            "memory_limit",
                            limits.memoryBytes(),
                            limits.memoryBytes(),
                            "kernel");
            case Step.Fault(var scope, String message, long claims) -> {
                if (tag.epoch() <= claims) {
                    throw new SandboxFault(scope, message);
                }
                yield null;
            }
        };
    }

    private @Nullable ExecutionResult fill(long bytes) {
        byte[] chunk = new byte[64 << 10];
        Arrays.fill(chunk, (byte) 'x');
        long left = bytes;
        for (; left > chunk.length; left -= chunk.length) {
            stdout.write(chunk);
        }
        stdout.write(Arrays.copyOf(chunk, (int) left));
        return null;
    }

    /** Waits until then, unless the wall limit or a stop comes first. */
    private @Nullable ExecutionResult await(long untilNanos)
            throws RunReleased, InterruptedException {
        long wall = limits.wall().toNanos();
        long asked = untilNanos == Long.MAX_VALUE ? wall : untilNanos - startNanos;
        long left = startNanos + Math.min(asked, wall) - System.nanoTime();
        try {
            stop.get(Math.max(0, left), TimeUnit.NANOSECONDS);
            return stopped();
        } catch (TimeoutException over) {
            return asked >= wall ? timedOut(elapsed().toMillis()) : null;
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private ExecutionResult stopped() throws RunReleased {
        return switch (stop.join()) {
            case CANCELLED ->
                    result(
                            Termination.CANCELLED,
                            null,
                            null,
                            new Evidence(null, null, null, "submitter", NAME));
            case RELEASED -> throw new RunReleased();
        };
    }

    private ExecutionResult timedOut(long reachedMillis) {
        return limit(
                Termination.TIMED_OUT,
                "timeout",
                limits.wall().toMillis(),
                reachedMillis,
                "worker");
    }

    private ExecutionResult limit(
            Termination termination, String limit, long value, long reached, String killedBy) {
        return result(termination, null, null, new Evidence(limit, value, reached, killedBy, NAME));
    }

    private ExecutionResult own(Termination termination, int exitCode, @Nullable Integer signal) {
        return result(termination, exitCode, signal, new Evidence(null, null, null, null, NAME));
    }

    private ExecutionResult result(
            Termination termination,
            @Nullable Integer exitCode,
            @Nullable Integer signal,
            Evidence evidence) {
        return new ExecutionResult(
                termination,
                exitCode,
                signal,
                stdout.captured(),
                stderr.captured(),
                null,
                new Usage(elapsed(), null, null),
                evidence,
                new Provenance(NAME, VERSION, NAME, limits, false));
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }
}
