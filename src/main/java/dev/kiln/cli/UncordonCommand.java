package dev.kiln.cli;

import dev.kiln.cli.client.Json;
import dev.kiln.cli.report.ExitCode;
import dev.kiln.cli.terminal.Terminal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lets a cordoned worker take jobs again. */
@Command(
        name = "uncordon",
        description = "Have a cordoned worker take jobs again.",
        mixinStandardHelpOptions = true)
final class UncordonCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin private ServerOption server;

    @Parameters(paramLabel = "WORKER", description = "Its id, as `kiln workers` lists it.")
    private String worker;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    UncordonCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (var client = server.connect()) {
            client.cordon(worker, false);
        }
        if (json) {
            terminal.out()
                    .println(Json.line(Json.object().put("worker", worker).put("cordoned", false)));
        } else {
            terminal.err().println(worker + " takes jobs again");
        }
        return ExitCode.SUCCEEDED;
    }
}
