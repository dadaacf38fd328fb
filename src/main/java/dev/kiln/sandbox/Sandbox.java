package dev.kiln.sandbox;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Limits;
import dev.kiln.job.Program;
import java.util.Map;
import java.util.Set;

/** Runs programs that nobody trusts. Implementations are safe for use by many threads. */
public interface Sandbox {
    /**
     * Runs the program to its end, whatever that is, and leaves nothing of it behind. Blocks for as
     * long as that takes: at most the wall limit plus the time to start and to clean up.
     *
     * @param stop raised with {@code CANCELLED}, the result is {@code cancelled} with the output so
     *     far
     * @param tap opened before the program starts, for those who look at its output meanwhile
     * @throws SandboxFault only when the platform failed and another try may succeed
     * @throws RunReleased when {@code stop} was raised with {@code RELEASED}: nothing to report,
     *     all cleaned up
     */
    ExecutionResult run(Tag tag, Program program, Limits limits, StopSignal stop, OutputTap tap)
            throws SandboxFault, RunReleased;

    /** As above, where nobody looks at the output before the end. */
    default ExecutionResult run(Tag tag, Program program, Limits limits, StopSignal stop)
            throws SandboxFault, RunReleased {
        return run(tag, program, limits, stop, new OutputTap());
    }

    /**
     * Whether this host can run programs now; cheap enough to be asked every few seconds.
     *
     * @return the languages that are configured and cannot be run here, each with one sentence that
     *     names the remedy; empty when all can
     * @throws SandboxFault with scope {@code HOST} and such a sentence, when no program can be run
     */
    Map<String, String> checkReady() throws SandboxFault;

    /** Whether {@link #checkReady()} passes now. */
    default boolean isAvailable() {
        try {
            checkReady();
            return true;
        } catch (SandboxFault notNow) {
            return false;
        }
    }

    /**
     * The names of all images that this host has, spelt as a job's needs spell them: with tag or
     * digest, without the default registry; or had some seconds ago. Of jobs that ask for an image
     * only those can run here that ask for one of these.
     *
     * @throws SandboxFault with scope {@code HOST} when they cannot be listed
     */
    Set<String> images() throws SandboxFault;

    /** What it has counted so far; asks nobody. */
    default SandboxStatistics statistics() {
        return SandboxStatistics.NOTHING;
    }

    /**
     * Probes what this sandbox promises, by running trusted programs in it: seconds, not
     * milliseconds. Never throws: what could not be probed has not passed.
     */
    SecurityReport validateSecurity();
}
