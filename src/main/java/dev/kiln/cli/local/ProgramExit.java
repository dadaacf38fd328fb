package dev.kiln.cli.local;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Termination;
import java.util.Optional;

/** What `run` ends with: the program's own exit code, or the usual one for what happened to it. */
final class ProgramExit {
    /** The sandbox failed, not the program: EX_SOFTWARE. */
    static final int FAULT = 70;

    /** Ctrl-C, as shells say it. */
    static final int INTERRUPTED = 130;

    private static final int TIMED_OUT = 124;
    private static final int KILLED = 137;
    private static final int FAILED = 1;

    private ProgramExit() {}

    static int of(ExecutionResult result) {
        Integer own = result.exitCode();
        if (own != null) {
            return own;
        }
        return switch (result.termination()) {
            case TIMED_OUT -> TIMED_OUT;
            case OUT_OF_MEMORY, PROCESS_LIMIT -> KILLED;
            case CANCELLED -> INTERRUPTED;
            case COMPILE_FAILED -> FAILED;
            case EXITED, SIGNALLED ->
                    throw new IllegalArgumentException("no exit code: " + result.termination());
        };
    }

    /**
     * What the program's output does not show: that it was ended, or that not all of it is there.
     */
    static Optional<String> remark(ExecutionResult result) {
        var evidence = result.evidence();
        if (result.termination() != Termination.EXITED
                && result.termination() != Termination.SIGNALLED) {
            String limit =
                    evidence.limit() != null
                            ? ", " + evidence.limit() + " = " + evidence.limitValue()
                            : result.termination() == Termination.COMPILE_FAILED
                                    ? ": " + evidence.source()
                                    : "";
            return Optional.of(result.termination().wireName().replace('_', ' ') + limit);
        }
        var compile = result.compile();
        if (compile != null && compile.output().truncated()) {
            return Optional.of(
                    "the compiler's output was cut: it wrote %d bytes"
                            .formatted(compile.output().produced()));
        }
        if (result.stdout().truncated() || result.stderr().truncated()) {
            return Optional.of(
                    "output was cut: %d bytes were written to stdout, %d to stderr"
                            .formatted(result.stdout().produced(), result.stderr().produced()));
        }
        return Optional.empty();
    }
}
