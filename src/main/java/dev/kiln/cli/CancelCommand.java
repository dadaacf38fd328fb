package dev.kiln.cli;

import dev.kiln.cli.client.KilnClient;
import dev.kiln.cli.report.ExitCode;
import dev.kiln.cli.terminal.Terminal;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Takes jobs back. */
@Command(
        name = "cancel",
        description =
                "Cancel jobs, running ones too; the exit code is 0 if all are or will be cancelled, 1 if some had ended before, 2"
                        + " if some are unknown.",
        mixinStandardHelpOptions = true)
final class CancelCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin private ServerOption server;

    @Parameters(paramLabel = "ID", arity = "1..*", description = "The jobs' ids.")
    private List<String> ids;

    CancelCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        int exit = ExitCode.SUCCEEDED;
        try (var client = server.connect()) {
            for (String id : ids) {
                exit = Math.max(exit, tell(id, client.cancel(id)));
            }
        }
        return exit;
    }

    private int tell(String id, KilnClient.Cancelled outcome) {
        return switch (outcome) {
            case DONE -> say(id, "cancelled", ExitCode.SUCCEEDED);
            case REQUESTED -> say(id, "is being stopped", ExitCode.SUCCEEDED);
            case TOO_LATE -> say(id, "had ended before: see `kiln result`", ExitCode.FAILED);
            case UNKNOWN -> say(id, "is not known to this Kiln", ExitCode.REFUSED);
        };
    }

    private int say(String id, String what, int exit) {
        (exit == ExitCode.SUCCEEDED ? terminal.out() : terminal.err()).println(id + "  " + what);
        return exit;
    }
}
