package dev.kiln.cli;

import dev.kiln.cli.client.Json;
import dev.kiln.cli.client.Waiting;
import dev.kiln.cli.report.ExitCode;
import dev.kiln.cli.report.JobReport;
import dev.kiln.cli.terminal.Terminal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs once more what has run before. */
@Command(
        name = "rerun",
        description =
                "Run the same submission once more, as a new job, and print its id; --wait prints its result.",
        mixinStandardHelpOptions = true)
final class RerunCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin private ServerOption server;

    @Parameters(paramLabel = "ID", description = "The id of a job that has ended.")
    private String id;

    @Option(
            names = "--wait",
            description = "Wait for its end; the exit code is 0 if it succeeded, else 1.")
    private boolean wait;

    @Option(names = "--json", description = "Print the server's documents.")
    private boolean json;

    RerunCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (var client = server.connect()) {
            var accepted = client.rerun(id);
            String fresh = accepted.path("id").asText();
            if (wait) {
                var job = new Waiting(client).forOne(fresh);
                return new JobReport(json ? job : client.withOutput(job)).print(terminal, json);
            }
            terminal.out().println(json ? Json.line(accepted) : fresh);
            return ExitCode.SUCCEEDED;
        }
    }
}
