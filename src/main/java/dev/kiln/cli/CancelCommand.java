package dev.kiln.cli;

import dev.kiln.cli.client.Json;
import dev.kiln.cli.report.ExitCode;
import dev.kiln.cli.terminal.Terminal;
import dev.kiln.client.KilnClient.Cancelled;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
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

    @Option(names = "--json", description = "Print a JSON document for each job, one a line.")
    private boolean json;

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

    private int tell(String id, Cancelled outcome) {
        if (json) {
            String word = outcome.name().toLowerCase(Locale.ROOT);
            terminal.out().println(Json.line(Json.object().put("id", id).put("outcome", word)));
            return exit(outcome);
        }
        return switch (outcome) {
            case DONE -> say(id, "cancelled", exit(outcome));
            case REQUESTED -> say(id, "is being stopped", exit(outcome));
            case TOO_LATE -> say(id, "had ended before: see `kiln result`", exit(outcome));
            case UNKNOWN -> say(id, "is not known to this Kiln", exit(outcome));
        };
    }

    private static int exit(Cancelled outcome) {
        return switch (outcome) {
            case DONE, REQUESTED -> ExitCode.SUCCEEDED;
            case TOO_LATE -> ExitCode.FAILED;
            case UNKNOWN -> ExitCode.REFUSED;
        };
    }

    private int say(String id, String what, int exit) {
        (exit == ExitCode.SUCCEEDED ? terminal.out() : terminal.err()).println(id + "  " + what);
        return exit;
    }
}
