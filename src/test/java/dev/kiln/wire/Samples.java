package dev.kiln.wire;

import dev.kiln.job.CapturedStream;
import dev.kiln.job.Compilation;
import dev.kiln.job.Completion;
import dev.kiln.job.Evidence;
import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Job;
import dev.kiln.job.JobId;
import dev.kiln.job.JobState;
import dev.kiln.job.Lease;
import dev.kiln.job.Limits;
import dev.kiln.job.Provenance;
import dev.kiln.job.ResultSummary;
import dev.kiln.job.Termination;
import dev.kiln.job.Usage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** Jobs in every state, for tests of what is told about them. */
public final class Samples {
    public static final JobId ID = JobId.parse("01993f5e-7a10-7c3e-9d1f-3b2a51c0ffee");
    public static final Instant SUBMITTED = Instant.parse("2026-01-02T03:04:05Z");
    public static final Instant STARTED = Instant.parse("2026-01-02T03:04:06.5Z");
    public static final Instant FINISHED = Instant.parse("2026-01-02T03:04:07.123456Z");
    public static final Instant EXPIRES = Instant.parse("2026-01-09T03:04:07.123456Z");
    private static final Limits LIMITS =
            new Limits(Duration.ofSeconds(30), 512L << 20, 1.0, 50, 1 << 20, 64 << 20);
    private static final Provenance PROVENANCE =
            new Provenance("runsc", "release-20240729.0", "sha256:0123", LIMITS, false);

    private Samples() {}

    public static Job job(JobState state) {
        return new Job(
                ID,
                "acme",
                "nightly-7",
                "python",
                0,
                Map.of("k", "v"),
                SUBMITTED,
                1,
                null,
                state.terminal() ? EXPIRES : null,
                state);
    }

    /** That this job has come to this end, under this claim. */
    public static Completion completion(JobState state, long epoch) {
        var job = job(state);
        return new Completion(
                job.id(), epoch, job.tenant(), job.batch(), job.attempt(), SUBMITTED, end(state));
    }

    private static Completion.End end(JobState state) {
        return switch (state) {
            case JobState.Finished done ->
                    new Completion.End.Finished(
                            ResultSummary.of(done.result()), done.startedAt(), done.finishedAt());
            case JobState.Cancelled(var partial, var at) ->
                    new Completion.End.Cancelled(
                            partial == null ? null : ResultSummary.of(partial), at);
            case JobState.Abandoned(var reason, var at) -> new Completion.End.Abandoned(reason, at);
            case JobState.Expired(var deadline, var at) -> new Completion.End.Expired(deadline, at);
            case JobState.Queued _, JobState.Running _ ->
                    throw new IllegalArgumentException("job has not ended");
        };
    }

    public static JobState queued() {
        return new JobState.Queued(SUBMITTED, null);
    }

    public static JobState running() {
        return new JobState.Running(new Lease(ID, 1, "worker-a", 1, FINISHED), STARTED);
    }

    public static JobState finished(ExecutionResult result) {
        return new JobState.Finished(result, STARTED, FINISHED, "worker-a");
    }

    public static JobState cancelledWhileRunning() {
        return new JobState.Cancelled(killed(Termination.CANCELLED), FINISHED);
    }

    public static JobState cancelledInTheQueue() {
        return new JobState.Cancelled(null, FINISHED);
    }

    public static JobState abandoned() {
        return new JobState.Abandoned("the sandbox failed three times", FINISHED);
    }

    public static JobState expired() {
        return new JobState.Expired(STARTED, FINISHED);
    }

    public static ExecutionResult exited(int code) {
        return new ExecutionResult(
                        Termination.EXITED,
                        code,
                        null,
                        stream("hi\n"),
                        CapturedStream.EMPTY,
                        null,
                        new Usage(Duration.ofMillis(41), Duration.ofMillis(12), 23_000_000L),
                        Evidence.NONE,
                        PROVENANCE)
                .startedAfter(Duration.ofMillis(28));
    }

    public static ExecutionResult signalled(int signal) {
        return new ExecutionResult(
                Termination.SIGNALLED,
                128 + signal,
                signal,
                CapturedStream.EMPTY,
                CapturedStream.EMPTY,
                null,
                new Usage(Duration.ofMillis(41), null, null),
                Evidence.NONE,
                PROVENANCE);
    }

    public static ExecutionResult killed(Termination termination) {
        return new ExecutionResult(
                termination,
                null,
                null,
                stream("so far"),
                CapturedStream.EMPTY,
                null,
                new Usage(Duration.ofSeconds(30), null, null),
                new Evidence("timeout", 30_000L, 30_012L, "worker", "the worker's clock"),
                PROVENANCE);
    }

    public static ExecutionResult printed(byte[] stdout, long produced) {
        return new ExecutionResult(
                Termination.EXITED,
                0,
                null,
                new CapturedStream(stdout, produced),
                CapturedStream.EMPTY,
                null,
                new Usage(Duration.ofMillis(41), Duration.ofMillis(12), 23_000_000L),
                Evidence.NONE,
                PROVENANCE);
    }

    /** Compiled with a warning, and ran. */
    public static ExecutionResult compiled() {
        return of(
                Termination.EXITED,
                0,
                new Compilation(
                        0,
                        Duration.ofMillis(700),
                        Duration.ofMillis(600),
                        stream("main.c:1: warning\n")),
                Evidence.NONE);
    }

    /** Its compiler was killed at its limit of time, with output of which some is no UTF-8. */
    public static ExecutionResult compiledTooLong() {
        return of(
                Termination.COMPILE_FAILED,
                null,
                new Compilation(
                        null,
                        Duration.ofSeconds(30),
                        null,
                        new CapturedStream(new byte[] {(byte) 0xff}, 1_000)),
                new Evidence("compile_timeout", 30_000L, 30_012L, "worker", "the worker's clock"));
    }

    private static ExecutionResult of(
            Termination termination, Integer code, Compilation compilation, Evidence evidence) {
        return new ExecutionResult(
                termination,
                code,
                null,
                CapturedStream.EMPTY,
                CapturedStream.EMPTY,
                compilation,
                new Usage(Duration.ZERO, Duration.ZERO, 23_000_000L),
                evidence,
                PROVENANCE);
    }

    private static CapturedStream stream(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new CapturedStream(bytes, bytes.length);
    }
}
