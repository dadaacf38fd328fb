package dev.kiln.sandbox.host;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Limits;
import dev.kiln.job.Program;
import dev.kiln.sandbox.OutputTap;
import dev.kiln.sandbox.RunReleased;
import dev.kiln.sandbox.Sandbox;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.SandboxStatistics;
import dev.kiln.sandbox.SecurityReport;
import dev.kiln.sandbox.StopSignal;
import dev.kiln.sandbox.Tag;
import java.io.Closeable;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/**
 * Gives programs of some languages to sandboxes of their own and all others to the real one, whose
 * readiness and security are the host's.
 */
final class LanguageRouter implements Sandbox, Closeable {
    private final Map<String, Sandbox> special;
    private final Sandbox real;

    LanguageRouter(Map<String, Sandbox> special, Sandbox real) {
        this.special = Map.copyOf(special);
        this.real = real;
    }

    @Override
    public ExecutionResult run(
            Tag tag, Program program, Limits limits, StopSignal stop, OutputTap tap)
            throws SandboxFault, RunReleased {
        return special.getOrDefault(program.language(), real).run(tag, program, limits, stop, tap);
    }

    @Override
    public Map<String, String> checkReady() throws SandboxFault {
        return real.checkReady();
    }

    @Override
    public Set<String> images() throws SandboxFault {
        return real.images();
    }

    @Override
    public SandboxStatistics statistics() {
        return real.statistics();
    }

    @Override
    public SecurityReport validateSecurity() {
        return real.validateSecurity();
    }

    @Override
    public void close() throws IOException {
        if (real instanceof Closeable closeable) {
            closeable.close();
        }
    }
}
