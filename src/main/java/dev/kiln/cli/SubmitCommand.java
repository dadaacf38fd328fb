package dev.kiln.cli;

import dev.kiln.cli.client.Json;
import dev.kiln.cli.client.Waiting;
import dev.kiln.cli.report.ExitCode;
import dev.kiln.cli.report.FollowedJob;
import dev.kiln.cli.report.JobReport;
import dev.kiln.cli.terminal.Terminal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Submits one program. */
@Command(
        name = "submit",
        description =
                "Submit one program and print its job's id; --wait prints its result, --follow its output as it comes.",
        mixinStandardHelpOptions = true)
final class SubmitCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin private ServerOption server;
    @Mixin private SubmissionOptions options;

    @Option(
            names = "--wait",
            description = "Wait for its end; the exit code is 0 if it succeeded, else 1.")
    private boolean wait;

    @Option(
            names = "--follow",
            description =
                    "Print what it writes while it runs, then how it ended; the exit code is that of --wait. A terminal gets control characters made visible, a pipe every byte.")
    private boolean follow;

    @Option(
            names = "--json",
            description = "Print the server's documents; with --follow its events, one a line.")
    private boolean json;

    SubmitCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (var client = server.connect()) {
            var accepted = client.submit(options.submission(System.in, client));
            String id = accepted.path("id").asText();
            if (follow) {
                return new FollowedJob(terminal, json).print(client, id);
            }
            if (wait) {
                var job = new Waiting(client).forOne(id);
                return new JobReport(json ? job : client.withOutput(job)).print(terminal, json);
            }
            terminal.out().println(json ? Json.line(accepted) : id);
            return ExitCode.SUCCEEDED;
        }
    }
}
