package dev.kiln.job;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An {@link ExecutionResult} without the bytes of its streams and the names of its artifacts: all
 * that a completion event tells.
 *
 * @param artifacts how many files were kept
 * @param artifactsOmitted how many were asked for and not kept
 */
public record ResultSummary(
        Termination termination,
        @Nullable Integer exitCode,
        @Nullable Integer signal,
        StreamSummary stdout,
        StreamSummary stderr,
        @Nullable Compile compile,
        Usage usage,
        Evidence evidence,
        Provenance provenance,
        int artifacts,
        long artifactsOmitted) {
    /** A {@link Compilation} without the bytes of its output. */
    public record Compile(
            @Nullable Integer exitCode,
            Duration wall,
            @Nullable Duration cpu,
            StreamSummary output) {
        /** That of a whole one; null for none. */
        public static @Nullable Compile of(@Nullable Compilation compilation) {
            return compilation == null
                    ? null
                    : new Compile(
                            compilation.exitCode(),
                            compilation.wall(),
                            compilation.cpu(),
                            compilation.output().summary());
        }
    }

    /** See {@link ExecutionResult#timedOut()}. */
    public boolean timedOut() {
        return termination == Termination.TIMED_OUT;
    }

    /** See {@link ExecutionResult#oomKilled()}. */
    public boolean oomKilled() {
        return termination == Termination.OUT_OF_MEMORY;
    }

    /** See {@link ExecutionResult#success()}. */
    public boolean success() {
        return exitCode != null && exitCode == 0;
    }

    /** That of a whole result. */
    public static ResultSummary of(ExecutionResult result) {
        return new ResultSummary(
                result.termination(),
                result.exitCode(),
                result.signal(),
                result.stdout().summary(),
                result.stderr().summary(),
                Compile.of(result.compile()),
                result.usage(),
                result.evidence(),
                result.provenance(),
                result.artifacts().files().size(),
                result.artifacts().omittedCount());
    }
}
