package dev.kiln.sandbox.docker;

import dev.kiln.job.Evidence;
import dev.kiln.job.Limits;
import dev.kiln.job.Termination;
import dev.kiln.sandbox.SandboxFault;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Decides why a program ended, from what was observed. Exit codes of the sandbox prove nothing (a
 * program may exit with 137 itself), so the order of belief is: the runner's report, then our own
 * kill, then the kernel's evidence of a limit. With none of these the platform failed, and the
 * program is not judged.
 */
sealed interface Verdict {
    /**
     * The program ended for this reason.
     *
     * @param exitCode as in {@link dev.kiln.job.ExecutionResult}
     * @param signal as there
     */
    record Ended(
            Termination termination,
            @Nullable Integer exitCode,
            @Nullable Integer signal,
            Evidence evidence)
            implements Verdict {}

    /** Nothing can be said about the program. */
    record Failed(SandboxFault.Scope scope, String why) implements Verdict {}

    /** A kill that the worker ordered and that found the sandbox alive. */
    enum Kill {
        TIMEOUT,
        CANCEL
    }

    /**
     * All that is known when nothing more can be learnt.
     *
     * @param gvisor whether the program ran under gVisor
     * @param end the last that was heard
     * @param kill our own kill; null when there was none, or when it found the sandbox dead already
     * @param compilerLimit how long the compiler may take, when it was at work in the end; null
     *     before and after it, and without one
     * @param wallMillis from the program's start, or the compiler's when it came no further, to the
     *     end on the host's clock
     * @param state how the engine sees the container; null when it was not asked, or does not have
     *     it any more
     * @param cgroup the last accounts read
     * @param kernel what the kernel's log says
     * @param diagnostics what the platform inside wrote on stderr
     */
    record Observed(
            boolean gvisor,
            Conversation.End end,
            @Nullable Kill kill,
            @Nullable Duration compilerLimit,
            long wallMillis,
            @Nullable ContainerState state,
            Cgroup.Sample cgroup,
            KernelLog.Facts kernel,
            String diagnostics) {}

    int SIGKILL = 9;

    /** The limit's name in evidence. */
    String MEMORY_LIMIT = "memory_limit";

    static Verdict of(Observed seen, Limits limits) {
        return switch (seen.end()) {
            case Conversation.End.Reported(var report) -> ofReport(report, seen, limits);
            case Conversation.End.NotCompiled(var report) -> ofCompiler(report, seen, limits);
            case Conversation.End.NotRunnable(int stage, int errno) -> ofProduct(stage, errno);
            case Conversation.End.NotStarted(int stage, int errno) ->
                    new Failed(SandboxFault.Scope.SANDBOX, StartStage.sentence(stage, errno));
            case Conversation.End.Silent _, Conversation.End.Told _, Conversation.End.Broken _ ->
                    seen.compilerLimit() == null
                            ? withoutReport(seen, limits)
                            : ofCompiler(withoutReport(seen, limits));
        };
    }

    private static Verdict ofCompiler(RunnerReport report, Observed seen, Limits limits) {
        Verdict verdict = ofReport(report, seen, limits);
        return verdict instanceof Ended(var termination, _, _, _)
                        && termination == Termination.OUT_OF_MEMORY
                ? ofCompiler(verdict)
                : notCompiled("the compiler ended with status " + report.exitCode());
    }

    private static Verdict ofProduct(int stage, int errno) {
        return StartStage.dependsOnCompiler(stage)
                ? notCompiled("what the compiler made could not be executed (errno " + errno + ")")
                : new Failed(SandboxFault.Scope.SANDBOX, StartStage.sentence(stage, errno));
    }

    /** What would have ended the program has ended its compiler. */
    private static Verdict ofCompiler(Verdict verdict) {
        return switch (verdict) {
            case Failed failed -> failed;
            case Ended ended when ended.termination() == Termination.CANCELLED -> ended;
            case Ended ended -> notCompiled(ended.evidence());
        };
    }

    private static Ended notCompiled(String source) {
        return notCompiled(new Evidence(null, null, null, null, source));
    }

    private static Ended notCompiled(Evidence evidence) {
        return new Ended(Termination.COMPILE_FAILED, null, null, evidence);
    }

    private static Verdict ofReport(RunnerReport report, Observed seen, Limits limits) {
        if (isPositive(seen.cgroup().oomKills()) && diedOfOom(report, seen.gvisor())) {
            return outOfMemory(
                    limits, "oom_kill of the cgroup > 0, wait status " + report.status());
        }
        return report.signalled()
                ? new Ended(
                        Termination.SIGNALLED, report.exitCode(), report.signal(), Evidence.NONE)
                : new Ended(Termination.EXITED, report.exitCode(), null, Evidence.NONE);
    }

    /**
     * Whether a kill by the kernel for memory explains this report. Elsewhere the victim shows as
     * SIGKILL, and an exit code is the program's own, who may well survive a child's end. Under
     * gVisor the kernel cannot know the program: it takes all of the sandbox, or a helper process
     * of gVisor, which then reports a made-up exit code.
     */
    private static boolean diedOfOom(RunnerReport report, boolean gvisor) {
        return gvisor ? report.exitCode() != 0 : report.signalled() && report.signal() == SIGKILL;
    }

    private static Verdict withoutReport(Observed seen, Limits limits) {
        if (seen.kill() != null) {
            return killed(seen.kill(), seen, limits);
        }
        if (seen.kernel().hostMemory()) {
            return new Failed(
                    SandboxFault.Scope.HOST,
                    "The host ran out of memory and killed the sandbox: run fewer slots, or give it more memory.");
        }
        String memory = memoryEvidence(seen);
        if (memory != null) {
            return outOfMemory(limits, memory);
        }
        String pids = pidsEvidence(seen);
        if (pids != null) {
            var evidence = new Evidence("pids_limit", (long) limits.pids(), null, "kernel", pids);
            return new Ended(Termination.PROCESS_LIMIT, null, null, evidence);
        }
        return unexplained(seen);
    }

    private static Verdict killed(Kill kill, Observed seen, Limits limits) {
        return switch (kill) {
            case TIMEOUT ->
                    new Ended(Termination.TIMED_OUT, null, null, timeOut(seen, limits.wall()));
            case CANCEL ->
                    new Ended(
                            Termination.CANCELLED,
                            null,
                            null,
                            new Evidence(
                                    null,
                                    null,
                                    null,
                                    "submitter",
                                    "killed when the job was cancelled"));
        };
    }

    private static Evidence timeOut(Observed seen, Duration ofProgram) {
        Duration ofCompiler = seen.compilerLimit();
        return new Evidence(
                ofCompiler == null ? "timeout" : "compile_timeout",
                (ofCompiler == null ? ofProgram : ofCompiler).toMillis(),
                seen.wallMillis(),
                "worker",
                "killed at the wall-clock limit");
    }

    private static Verdict outOfMemory(Limits limits, String source) {
        // The kernel kills a cgroup's process only when a charge would pass the limit: what was
        // reached is the limit.
        var evidence =
                new Evidence(
                        MEMORY_LIMIT, limits.memoryBytes(), limits.memoryBytes(), "kernel", source);
        return new Ended(Termination.OUT_OF_MEMORY, null, null, evidence);
    }

    private static @Nullable String memoryEvidence(Observed seen) {
        if (seen.kernel().memoryLimit()) {
            return "kernel log: out of memory in the sandbox's cgroup";
        }
        // The exit code is 137 or 1, as the limit was met at once or little by little; 0 would be a
        // clean end.
        if (seen.state() != null && seen.state().oomKilled() && seen.state().exitCode() != 0) {
            return "engine: OOMKilled";
        }
        return isPositive(seen.cgroup().oomKills()) ? "oom_kill of the cgroup > 0" : null;
    }

    private static @Nullable String pidsEvidence(Observed seen) {
        if (seen.kernel().pidsLimit()) {
            return "kernel log: fork refused by the pids limit of the sandbox's cgroup";
        }
        return isPositive(seen.cgroup().pidsRefused()) ? "pids.events of the cgroup > 0" : null;
    }

    private static Verdict unexplained(Observed seen) {
        return switch (seen.end()) {
            case Conversation.End.Told(int signal) ->
                    new Failed(
                            SandboxFault.Scope.HOST,
                            "Somebody outside stopped the sandbox (signal " + signal + ").");
            case Conversation.End.Broken(String why) ->
                    new Failed(
                            SandboxFault.Scope.SANDBOX,
                            "The sandbox's report cannot be believed: " + why);
            default -> silent(seen);
        };
    }

    private static Verdict silent(Observed seen) {
        ContainerState state = seen.state();
        if (state != null && state.running()) {
            return new Failed(
                    SandboxFault.Scope.HOST,
                    "The Docker Engine closed the connection of a running sandbox.");
        }
        String code = state == null ? "unknown" : Long.toString(state.exitCode());
        String said = seen.diagnostics().isEmpty() ? "" : ": " + seen.diagnostics();
        return new Failed(
                SandboxFault.Scope.SANDBOX,
                "The sandbox ended without a report and without evidence of a limit (container exit code "
                        + code
                        + ")"
                        + said);
    }

    private static boolean isPositive(@Nullable Long count) {
        return count != null && count > 0;
    }
}
