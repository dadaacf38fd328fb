package dev.kiln.local;

import dev.kiln.intake.IntakeConfig;
import dev.kiln.intake.LanguagesConfig;
import dev.kiln.intake.PolicyConfig;
import dev.kiln.intake.SubmissionReader;
import dev.kiln.job.ExecutionResult;
import dev.kiln.job.JobId;
import dev.kiln.job.Limits;
import dev.kiln.job.Program;
import dev.kiln.sandbox.RunReleased;
import dev.kiln.sandbox.RuntimesConfig;
import dev.kiln.sandbox.Sandbox;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.SecurityReport;
import dev.kiln.sandbox.StopSignal;
import dev.kiln.sandbox.Tag;
import dev.kiln.sandbox.docker.DockerSandbox;
import dev.kiln.sandbox.docker.SandboxConfig;
import java.io.Closeable;
import java.io.IOException;
import java.time.Instant;

/**
 * This host's sandbox without a queue: no Kafka, no PostgreSQL, no server. Configured as a worker
 * of this host would be, see {@link LocalConfig}. Safe for use by many threads.
 *
 * <pre>{@code
 * try (var sandbox = LocalSandbox.open()) {
 *     ExecutionResult result = sandbox.run(Program.of("python", "print(6 * 7)"));
 * }
 * }</pre>
 */
public final class LocalSandbox implements Closeable {
    private static final String WORKER = "local";

    private final DockerSandbox sandbox;
    private final SubmissionReader reader;

    private LocalSandbox(DockerSandbox sandbox, SubmissionReader reader) {
        this.sandbox = sandbox;
        this.reader = reader;
    }

    /** Prepares for running; talks to nobody yet. */
    public static LocalSandbox open() {
        var config =
                LocalConfig.read(
                        SandboxConfig.class,
                        RuntimesConfig.class,
                        PolicyConfig.class,
                        IntakeConfig.class,
                        LanguagesConfig.class);
        return new LocalSandbox(
                new DockerSandbox(config.sandbox(), config.get(RuntimesConfig.class)),
                new SubmissionReader(
                        config.get(PolicyConfig.class),
                        config.get(IntakeConfig.class),
                        config.get(LanguagesConfig.class)));
    }

    /** Reads documents of the wire format as this host's doors would. */
    public SubmissionReader reader() {
        return reader;
    }

    /** What a program may use unless its caller says otherwise: the policy's defaults. */
    public Limits defaultLimits() {
        return reader.defaultLimits();
    }

    /** See {@link Sandbox#isAvailable()}. */
    public boolean isAvailable() {
        return sandbox.isAvailable();
    }

    /** See {@link Sandbox#checkReady()}. */
    public void checkReady() throws SandboxFault {
        sandbox.checkReady();
    }

    /** See {@link Sandbox#validateSecurity()}. */
    public SecurityReport validateSecurity() {
        return sandbox.validateSecurity();
    }

    /** Runs the program with {@link #defaultLimits()}. */
    public ExecutionResult run(Program program) throws SandboxFault, InterruptedException {
        return run(program, defaultLimits());
    }

    /**
     * Runs the program to its end, whatever that is: what it did wrong is in the result.
     *
     * @throws SandboxFault when this host failed, not the program
     * @throws InterruptedException when the caller was interrupted; the program is killed then
     */
    public ExecutionResult run(Program program, Limits limits)
            throws SandboxFault, InterruptedException {
        try {
            return run(program, limits, new StopSignal());
        } catch (RunReleased interrupted) {
            // Nobody else holds the signal.
            Thread.interrupted();
            throw new InterruptedException("interrupted while a program was running");
        }
    }

    /** As {@link Sandbox#run}, with a tag of its own. */
    public ExecutionResult run(Program program, Limits limits, StopSignal stop)
            throws SandboxFault, RunReleased {
        return sandbox.run(new Tag(WORKER, JobId.next(Instant.now()), 1), program, limits, stop);
    }

    /** Gives up this process's place on the host. No run may be going on. */
    @Override
    public void close() throws IOException {
        sandbox.close();
    }
}
