package dev.kiln.sandbox.docker;

import dev.kiln.job.Artifacts;
import dev.kiln.job.Compilation;
import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Provenance;
import dev.kiln.job.Termination;
import dev.kiln.job.Usage;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Makes the result of a run out of its verdict and what was measured.
 *
 * @param cell where it ran
 * @param compiling the compile step's time; null when there was none
 * @param running the program's time; null when it was not started
 * @param endedNanos when the last of the two ended, on this host's monotonic clock
 * @param latest the last accounts read
 */
record Account(
        Cell cell,
        @Nullable Stretch compiling,
        @Nullable Stretch running,
        long endedNanos,
        Cgroup.Sample latest) {

    ExecutionResult result(Verdict.Ended verdict, Conversation.End end, Artifacts artifacts) {
        var runtime = cell.spec().runtime();
        return new ExecutionResult(
                verdict.termination(),
                verdict.exitCode(),
                verdict.signal(),
                cell.conversation().stdout(),
                cell.conversation().stderr(),
                compilation(verdict),
                usage(verdict, end),
                verdict.evidence(),
                new Provenance(
                        runtime.program(),
                        runtime.version(),
                        cell.spec().image().id(),
                        cell.spec().limits(),
                        cell.spec().network() != null),
                artifacts,
                null);
    }

    private @Nullable Compilation compilation(Verdict.Ended verdict) {
        if (compiling == null) {
            return null;
        }
        var output = cell.conversation().compiler().captured();
        var report = cell.conversation().compiler().ended().getNow(null);
        boolean cutShort =
                verdict.termination() == Termination.COMPILE_FAILED
                        && verdict.evidence().limit() != null;
        // A status that came while the compiler was being killed at a limit is not its own.
        return report == null || cutShort
                ? new Compilation(null, compiling.wall(endedNanos), compiling.cpu(latest), output)
                : new Compilation(report.exitCode(), report.wall(), report.cpu(), output);
    }

    private Usage usage(Verdict.Ended verdict, Conversation.End end) {
        Long peak = peak(verdict);
        if (end instanceof Conversation.End.Reported(var report)) {
            return new Usage(report.wall(), report.cpu(), peak);
        }
        return running == null
                ? new Usage(Duration.ZERO, Duration.ZERO, peak)
                : new Usage(running.wall(endedNanos), running.cpu(latest), peak);
    }

    /**
     * Where the kernel killed at the limit, the limit is what was reached, though nobody could look
     * any more.
     */
    private @Nullable Long peak(Verdict.Ended verdict) {
        return Verdict.MEMORY_LIMIT.equals(verdict.evidence().limit())
                ? verdict.evidence().limitValue()
                : latest.peakMemoryBytes();
    }
}
