package dev.kiln.job;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What came of running a program, with its evidence. Final: a result is never replaced or retried.
 *
 * @param termination why it ended
 * @param exitCode the program's own status, 128 + n after signal n; null when we killed it or it
 *     never ran
 * @param signal the signal that ended it, only with {@link Termination#SIGNALLED}
 * @param stdout what it wrote on standard output
 * @param stderr what it wrote on standard error
 * @param compile what came of its compile step; null for languages without one, and where it never
 *     began
 * @param usage what it used, the compiler's share left out but in the memory's peak
 * @param evidence how we know why it ended
 * @param provenance what ran it
 * @param artifacts the files that were kept of it
 * @param startup from the job's claim until its worker heard that the program, or its compiler, had
 *     started; null where nothing was started, and where that was not written down
 */
public record ExecutionResult(
        Termination termination,
        @Nullable Integer exitCode,
        @Nullable Integer signal,
        CapturedStream stdout,
        CapturedStream stderr,
        @Nullable Compilation compile,
        Usage usage,
        Evidence evidence,
        Provenance provenance,
        Artifacts artifacts,
        @Nullable Duration startup) {
    /** One of which no file was asked for. */
    public ExecutionResult(
            Termination termination,
            @Nullable Integer exitCode,
            @Nullable Integer signal,
            CapturedStream stdout,
            CapturedStream stderr,
            @Nullable Compilation compile,
            Usage usage,
            Evidence evidence,
            Provenance provenance) {
        this(
                termination,
                exitCode,
                signal,
                stdout,
                stderr,
                compile,
                usage,
                evidence,
                provenance,
                Artifacts.NONE,
                null);
    }

    public ExecutionResult {
        boolean ownStatus =
                termination == Termination.EXITED || termination == Termination.SIGNALLED;
        if (ownStatus != (exitCode != null)) {
            throw new IllegalArgumentException(
                    "exitCode belongs to exited and signalled alone: "
                            + termination
                            + " "
                            + exitCode);
        }
        if ((termination == Termination.SIGNALLED) != (signal != null)) {
            throw new IllegalArgumentException(
                    "signal belongs to signalled alone: " + termination + " " + signal);
        }
        requireAgreement(termination, compile);
    }

    /**
     * A program that ran was compiled, if its language has that. The reverse does not hold: a
     * compiler may succeed and leave nothing that can be executed.
     */
    private static void requireAgreement(Termination termination, @Nullable Compilation compile) {
        boolean agrees =
                switch (termination) {
                    case COMPILE_FAILED -> compile != null;
                    case CANCELLED -> true;
                    case EXITED, SIGNALLED, TIMED_OUT, OUT_OF_MEMORY, PROCESS_LIMIT ->
                            compile == null || compile.succeeded();
                };
        if (!agrees) {
            throw new IllegalArgumentException(
                    "the compile step contradicts " + termination + ": " + compile);
        }
    }

    /** The same verdict, with its outputs where these are. */
    public ExecutionResult with(CapturedStream out, CapturedStream err, Artifacts files) {
        return new ExecutionResult(
                termination,
                exitCode,
                signal,
                out,
                err,
                compile,
                usage,
                evidence,
                provenance,
                files,
                startup);
    }

    /** The same, of a program that was started so long after its job's claim. */
    public ExecutionResult startedAfter(Duration sinceClaim) {
        return new ExecutionResult(
                termination,
                exitCode,
                signal,
                stdout,
                stderr,
                compile,
                usage,
                evidence,
                provenance,
                artifacts,
                sinceClaim);
    }

    /** The objects that it refers to, each once; none where all bytes are here. */
    public List<String> objectKeys() {
        return Stream.concat(
                        Stream.of(stdout, stderr)
                                .map(CapturedStream::elsewhere)
                                .filter(Objects::nonNull)
                                .map(elsewhere -> elsewhere.object().key()),
                        artifacts.files().stream().map(Artifact::key))
                .filter(Objects::nonNull)
                .toList();
    }

    public boolean timedOut() {
        return termination == Termination.TIMED_OUT;
    }

    public boolean oomKilled() {
        return termination == Termination.OUT_OF_MEMORY;
    }

    /** Exit code 0, and neither timed out nor out of memory. */
    public boolean success() {
        return exitCode != null && exitCode == 0;
    }
}
