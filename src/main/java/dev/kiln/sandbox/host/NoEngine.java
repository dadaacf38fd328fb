package dev.kiln.sandbox.host;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Limits;
import dev.kiln.job.Program;
import dev.kiln.sandbox.OutputTap;
import dev.kiln.sandbox.Sandbox;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.SecurityReport;
import dev.kiln.sandbox.StopSignal;
import dev.kiln.sandbox.Tag;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** In place of the real sandbox where nothing is to be run: it has no language and no image. */
final class NoEngine implements Sandbox {
    private static final String WHY =
            "kiln.sandbox.scripted-alone=true: this process asks no engine; unset it where programs are to be run";

    private final Map<String, String> lacking;

    /** All of these are left to other workers. */
    NoEngine(Set<String> languages) {
        this.lacking =
                languages.stream()
                        .collect(Collectors.toUnmodifiableMap(Function.identity(), _ -> WHY));
    }

    /**
     * Never: whoever claims goes by what is lacking. A job that came all the same runs elsewhere.
     */
    @Override
    public ExecutionResult run(
            Tag tag, Program program, Limits limits, StopSignal stop, OutputTap tap)
            throws SandboxFault {
        throw new SandboxFault(SandboxFault.Scope.NEEDS, WHY);
    }

    @Override
    public Map<String, String> checkReady() {
        return lacking;
    }

    @Override
    public Set<String> images() {
        return Set.of();
    }

    /** Says that nothing was probed, and asks for nothing: no program is run here. */
    @Override
    public SecurityReport validateSecurity() {
        return new SecurityReport(
                List.of(new SecurityReport.Probe("isolation", false, false, WHY)),
                new SecurityReport.Facts("none", "0", "none", "unknown", "unknown", "unknown"),
                Instant.now());
    }
}
