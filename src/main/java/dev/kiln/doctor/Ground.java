package dev.kiln.doctor;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.JobId;
import dev.kiln.job.Needs;
import dev.kiln.sandbox.RunReleased;
import dev.kiln.sandbox.Sandbox;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.StopSignal;
import dev.kiln.sandbox.Tag;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Where attacks take place.
 *
 * @param sandbox that is attacked
 * @param host what a program must not learn or reach
 * @param needs what the programs get besides a sandbox
 */
record Ground(Sandbox sandbox, HostFacts host, Needs needs) {
    private static final String WORKER = "doctor";

    /** Two results of programs that ran at the same time. */
    record Pair(ExecutionResult first, ExecutionResult second) {}

    /** The same place for programs that may reach the internet. */
    Ground networked() {
        return new Ground(sandbox, host, new Needs(null, true));
    }

    /** Runs one program to its end. */
    ExecutionResult run(Attempt attempt) throws SandboxFault, RunReleased {
        var tag = new Tag(WORKER, JobId.next(Instant.now()), 1);
        return sandbox.run(tag, attempt.program(needs), attempt.limits(), new StopSignal());
    }

    /** Runs two programs at the same time, both to their ends. */
    Pair runBoth(Attempt first, Attempt second)
            throws SandboxFault, RunReleased, InterruptedException {
        var other = new FutureTask<>((Callable<ExecutionResult>) () -> run(second));
        Thread.ofVirtual().name("doctor-second").start(other);
        try {
            return new Pair(run(first), other.get());
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case SandboxFault fault -> throw fault;
                case RunReleased released -> throw released;
                case null, default -> throw new IllegalStateException(failed);
            }
        } finally {
            // Its container must be gone before the next attack may start.
            awaitEnd(other);
        }
    }

    private static void awaitEnd(FutureTask<?> task) throws InterruptedException {
        try {
            task.get();
        } catch (ExecutionException reportedAlready) {
            return;
        }
    }
}
