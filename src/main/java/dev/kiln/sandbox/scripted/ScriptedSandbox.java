package dev.kiln.sandbox.scripted;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Limits;
import dev.kiln.job.Program;
import dev.kiln.sandbox.OutputTap;
import dev.kiln.sandbox.RunReleased;
import dev.kiln.sandbox.Sandbox;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.SecurityReport;
import dev.kiln.sandbox.StopSignal;
import dev.kiln.sandbox.Tag;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A sandbox that runs nothing: a program's code is a {@link Script} that says what becomes of it.
 * It keeps the port's contract, so that a queue under load or under faults can be looked at apart
 * from what containers cost. It isolates nothing because there is nothing to isolate.
 */
public final class ScriptedSandbox implements Sandbox {

    /** {@inheritDoc} An interrupt counts as {@code RELEASED}. */
    @Override
    public ExecutionResult run(
            Tag tag, Program program, Limits limits, StopSignal stop, OutputTap tap)
            throws SandboxFault, RunReleased {
        try {
            var run = new ScriptedRun(tag, limits, stop);
            tap.open(run::written);
            tap.started(System.nanoTime());
            return run.toEnd(program.code());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new RunReleased();
        }
    }

    /** Always. */
    @Override
    public Map<String, String> checkReady() {
        return Map.of();
    }

    /** None: a script needs no image. */
    @Override
    public Set<String> images() {
        return Set.of();
    }

    /** Says that there was nothing to probe. */
    @Override
    public SecurityReport validateSecurity() {
        return new SecurityReport(
                List.of(
                        new SecurityReport.Probe(
                                "isolation",
                                false,
                                false,
                                "scripts are not run, so that nothing is isolated")),
                new SecurityReport.Facts(
                        "scripted", "1", "unknown", "unknown", "unknown", "unknown"),
                Instant.now());
    }
}
