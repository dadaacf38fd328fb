package dev.kiln.cli.local;

import dev.kiln.cli.client.ArtifactFolder;
import dev.kiln.cli.client.CliException;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.program.ProgramOptions;
import dev.kiln.cli.terminal.SafeText;
import dev.kiln.cli.terminal.Terminal;
import dev.kiln.intake.Origin;
import dev.kiln.intake.Reading;
import dev.kiln.intake.SubmissionReader;
import dev.kiln.job.ExecutionResult;
import dev.kiln.job.JobId;
import dev.kiln.job.Submission;
import dev.kiln.local.LocalSandbox;
import dev.kiln.sandbox.RunReleased;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.wire.FieldError;
import dev.kiln.wire.ResultJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs one program in this host's sandbox, as a shell would run it without one. */
@Command(
        name = "run",
        description =
                "Run one program in this host's sandbox, here and now: its output is the program's, its exit code too (1 when it did not compile, 124 when it met its time limit, 137 its memory or process limit; 70 when the sandbox failed, 2 when it was asked for what it cannot do).",
        mixinStandardHelpOptions = true)
public final class RunCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin private ProgramOptions program;

    @Option(names = "--json", description = "Print the result as a document.")
    private boolean json;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Write the files named by --artifact there; overwrites nothing.")
    private @Nullable String out;

    /** Prints there. */
    public RunCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        byte[] document = Json.bytes(program.submission(System.in));
        QuietLog.silence();
        try (var interrupt = new Interrupt();
                var sandbox = LocalSandbox.open()) {
            var spec = read(document, sandbox.reader()).spec();
            return report(sandbox.run(spec.program(), spec.limits(), interrupt.signal()));
        } catch (SandboxFault fault) {
            say(String.valueOf(fault.getMessage()));
            return ProgramExit.FAULT;
        } catch (RunReleased interrupted) {
            return ProgramExit.INTERRUPTED;
        }
    }

    private static Submission read(byte[] document, SubmissionReader reader) {
        return switch (reader.read(document, new Origin.Http(JobId.next(Instant.now())))) {
            case Reading.Accepted(Submission submission) -> submission;
            case Reading.Refused refused ->
                    throw new CliException(
                            refused.errors().stream()
                                    .map(FieldError::toString)
                                    .collect(
                                            Collectors.joining(
                                                    "\n  ", "this cannot be run:\n  ", "")));
        };
    }

    private int report(ExecutionResult result) {
        if (out != null) {
            var folder = ArtifactFolder.open(out);
            result.artifacts()
                    .files()
                    .forEach(a -> folder.write(a.path(), Objects.requireNonNull(a.content())));
        }
        if (json) {
            terminal.programOut(
                    (Json.line(ResultJson.full(result)) + "\n").getBytes(StandardCharsets.UTF_8));
        } else {
            if (result.compile() != null) {
                terminal.programErr(result.compile().output().kept());
            }
            terminal.programOut(result.stdout().kept());
            terminal.programErr(result.stderr().kept());
            ProgramExit.remark(result).ifPresent(this::say);
        }
        return ProgramExit.of(result);
    }

    private void say(String sentence) {
        terminal.err().println("kiln: " + SafeText.lines(sentence));
    }
}
