package dev.kiln.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.cli.client.CliException;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.client.KilnClient;
import dev.kiln.cli.report.ExitCode;
import dev.kiln.cli.terminal.Terminal;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Has jobs tried again that the platform gave up. */
@Command(
        name = "retry",
        description =
                "Try ABANDONED jobs again: those with these ids, or all of a tenant or batch; the exit code is 1 if an id's job is"
                        + " not ABANDONED.",
        mixinStandardHelpOptions = true)
final class RetryCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin private ServerOption server;

    @Parameters(paramLabel = "ID", arity = "0..*", description = "The jobs' ids.")
    private List<String> ids = List.of();

    @Option(names = "--tenant", paramLabel = "NAME", description = "All of this tenant.")
    private @Nullable String tenant;

    @Option(names = "--batch", paramLabel = "NAME", description = "All of this batch.")
    private @Nullable String batch;

    @Option(names = "--all", description = "All there are.")
    private boolean all;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    RetryCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        var which = which();
        try (var client = server.connect()) {
            return ids.isEmpty() ? retryAll(client, which) : retryEach(client, which);
        }
    }

    private ObjectNode which() {
        boolean some = tenant != null || batch != null;
        if ((ids.isEmpty() ? 0 : 1) + (some ? 1 : 0) + (all ? 1 : 0) != 1) {
            throw new CliException(
                    "which jobs to try again is not clear: give ids, or --tenant and --batch, or --all");
        }
        var which = Json.object();
        if (!ids.isEmpty()) {
            ids.forEach(which.putArray("ids")::add);
        } else if (all) {
            which.put("state", "ABANDONED");
        } else {
            which.put("tenant", tenant).put("batch", batch);
        }
        return which;
    }

    /** The server takes a bounded number at a time and says whether there are more. */
    private int retryAll(KilnClient client, ObjectNode which) throws InterruptedException {
        long retried = 0;
        JsonNode answer;
        do {
            answer = client.retry(which);
            retried += answer.path("retried").asLong();
        } while (answer.path("more").asBoolean());
        terminal.out()
                .println(
                        json
                                ? Json.line(Json.object().put("retried", retried))
                                : "queued again: " + retried);
        return ExitCode.SUCCEEDED;
    }

    private int retryEach(KilnClient client, ObjectNode which) throws InterruptedException {
        int exit = ExitCode.SUCCEEDED;
        JsonNode answer = client.retry(which);
        if (json) {
            terminal.out().println(Json.line(answer));
        }
        for (JsonNode job : answer.path("jobs")) {
            String id = job.path("id").asText();
            boolean retried = job.path("retried").asBoolean();
            if (!retried) {
                exit = ExitCode.FAILED;
            }
            if (!json && retried) {
                terminal.out().println(id + "  queued again");
            } else if (!json) {
                terminal.err().println(id + "  " + job.path("reason").asText());
            }
        }
        return exit;
    }
}
