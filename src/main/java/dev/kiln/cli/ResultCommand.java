package dev.kiln.cli;

import dev.kiln.cli.client.Waiting;
import dev.kiln.cli.report.JobReport;
import dev.kiln.cli.terminal.Terminal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells what became of a job. */
@Command(
        name = "result",
        description =
                "Print a job's state and result; the exit code is 0 if its program succeeded, else 1.",
        mixinStandardHelpOptions = true)
final class ResultCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin private ServerOption server;

    @Parameters(paramLabel = "ID", description = "The job's id.")
    private String id;

    @Option(names = "--wait", description = "Wait for its end first.")
    private boolean wait;

    @Option(names = "--json", description = "Print the server's document.")
    private boolean json;

    ResultCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (var client = server.connect()) {
            var job =
                    wait
                            ? new Waiting(client).forOne(id)
                            : client.job(id).orElseThrow(() -> Waiting.unknown(id));
            return new JobReport(job).print(terminal, json);
        }
    }
}
