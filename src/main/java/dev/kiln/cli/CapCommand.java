package dev.kiln.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.client.KilnClient;
import dev.kiln.cli.report.ExitCode;
import dev.kiln.cli.terminal.Table;
import dev.kiln.cli.terminal.Terminal;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows and changes how many jobs of a tenant may run at once. */
@Command(
        name = "cap",
        description =
                "Have no more jobs of a tenant run at once than so many; without arguments, list the tenants that have a cap.",
        mixinStandardHelpOptions = true)
final class CapCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin private ServerOption server;
    @Spec private CommandSpec spec;

    @Parameters(arity = "0..1", index = "0", paramLabel = "TENANT", description = "Whose jobs.")
    private @Nullable String tenant;

    @Parameters(arity = "0..1", index = "1", paramLabel = "MOST", description = "1 or more.")
    private @Nullable Integer most;

    @Option(names = "--lift", description = "Let as many run as there is room for.")
    private boolean lift;

    @Option(names = "--json", description = "Print the server's document.")
    private boolean json;

    CapCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        if ((tenant == null) != (most == null && !lift) || (most != null && lift)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "give TENANT and MOST, or TENANT and --lift, or neither to list the caps");
        }
        try (var client = server.connect()) {
            terminal.out().print(tenant == null ? caps(client) : change(client, tenant));
        }
        return ExitCode.SUCCEEDED;
    }

    private String change(KilnClient client, String tenant) throws InterruptedException {
        JsonNode cap = most == null ? client.uncap(tenant) : client.cap(tenant, most);
        if (json) {
            return Json.line(cap) + "\n";
        }
        return most == null
                ? "as many jobs of %s run as there is room for\n".formatted(tenant)
                : "at most %d jobs of %s run at once\n".formatted(most, tenant);
    }

    private String caps(KilnClient client) throws InterruptedException {
        JsonNode answer = client.caps();
        if (json) {
            return Json.line(answer) + "\n";
        }
        var table = new Table("TENANT", "AT ONCE");
        for (JsonNode cap : answer.path("tenants")) {
            table.add(cap.path("tenant").asText(), cap.path("max_running").asText());
        }
        return table.render(terminal.columns());
    }
}
