package dev.kiln.cli;

import dev.kiln.cli.report.ExitCode;
import dev.kiln.cli.terminal.Terminal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    UncordonCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (var client = server.connect()) {
            client.cordon(worker, false);
        }
        terminal.err().println(worker + " takes jobs again");
        return ExitCode.SUCCEEDED;
    }
}
