package dev.kiln.cli;

import dev.kiln.cli.client.Json;
import dev.kiln.cli.report.ExitCode;
import dev.kiln.cli.terminal.Terminal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Keeps a worker from taking more jobs. */
@Command(
        name = "cordon",
        description =
                "Have a worker take no more jobs, until `kiln uncordon` or its restart; those it runs go on.",
        mixinStandardHelpOptions = true)
final class CordonCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin private ServerOption server;

    @Parameters(paramLabel = "WORKER", description = "Its id, as `kiln workers` lists it.")
    private String worker;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    CordonCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (var client = server.connect()) {
            client.cordon(worker, true);
        }
        if (json) {
            terminal.out()
                    .println(Json.line(Json.object().put("worker", worker).put("cordoned", true)));
        } else {
            terminal.err().println(worker + " takes no more jobs");
        }
        return ExitCode.SUCCEEDED;
    }
}
