package dev.kiln.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.report.ExitCode;
import dev.kiln.cli.terminal.SafeText;
import dev.kiln.cli.terminal.Table;
import dev.kiln.cli.terminal.Terminal;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes, lists and revokes the keys of a server. */
@Command(
        name = "keys",
        description = "Make, list and revoke the keys of a server.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class KeysCommand implements Runnable {
    @Spec private CommandSpec spec;

    private KeysCommand() {}

    /** With all that can be done to keys. */
    static CommandLine with(Terminal terminal) {
        return new CommandLine(new KeysCommand())
                .addSubcommand(new Create(terminal))
                .addSubcommand(new ListAll(terminal))
                .addSubcommand(new Revoke(terminal));
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "say what to do: " + String.join(", ", spec.subcommands().keySet()));
    }

    @Command(
            name = "create",
            description = "Make a key and print it; it is told this once.",
            mixinStandardHelpOptions = true)
    static final class Create implements Callable<Integer> {
        private final Terminal terminal;

        @Mixin private ServerOption server;

        @Option(
                names = "--tenant",
                paramLabel = "NAME",
                description = "Whose key; * for all tenants (default: that of the key in use).")
        private @Nullable String tenant;

        @Option(
                names = "--role",
                required = true,
                paramLabel = "ROLE",
                description = "read, submit (which may also read) or admin (which may do all).")
        private String role;

        @Option(
                names = "--name",
                required = true,
                paramLabel = "TEXT",
                description = "What to call it.")
        private String name;

        @Option(names = "--json", description = "Print the server's document.")
        private boolean json;

        Create(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() throws InterruptedException {
            var asked = Json.object().put("role", role).put("name", name);
            if (tenant != null) {
                asked.put("tenant", tenant);
            }
            try (var client = server.connect()) {
                var answer = client.keys().create(asked);
                terminal.out()
                        .println(
                                json
                                        ? Json.line(answer)
                                        : SafeText.lines(answer.path("key").asText()));
            }
            return ExitCode.SUCCEEDED;
        }
    }

    @Command(
            name = "list",
            description = "List the keys, without their secrets.",
            mixinStandardHelpOptions = true)
    static final class ListAll implements Callable<Integer> {
        private final Terminal terminal;

        @Mixin private ServerOption server;

        @Option(names = "--json", description = "Print a line of JSON for each key.")
        private boolean json;

        ListAll(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() throws InterruptedException {
            var table = new Table("KEY", "TENANT", "ROLE", "NAME", "CREATED", "REVOKED");
            try (var client = server.connect()) {
                String after = null;
                do {
                    var page = client.keys().list(after);
                    page.path("keys").forEach(key -> tell(key, table));
                    after = page.path("next").isTextual() ? page.path("next").asText() : null;
                } while (after != null);
            }
            if (!json) {
                terminal.out().print(table.render(terminal.columns()));
            }
            return ExitCode.SUCCEEDED;
        }

        private void tell(JsonNode key, Table table) {
            if (json) {
                terminal.out().println(Json.line(key));
            } else {
                table.add(
                        key.path("id").asText(),
                        key.path("tenant").asText(),
                        key.path("role").asText(),
                        key.path("name").asText(),
                        key.path("created_at").asText(),
                        key.path("revoked_at").asText("").replace("null", ""));
            }
        }
    }

    @Command(
            name = "revoke",
            description = "Have keys open nothing any more.",
            mixinStandardHelpOptions = true)
    static final class Revoke implements Callable<Integer> {
        private final Terminal terminal;

        @Mixin private ServerOption server;

        @Parameters(paramLabel = "ID", arity = "1..*", description = "The keys' ids.")
        private List<String> ids;

        @Option(names = "--json", description = "Print the server's documents.")
        private boolean json;

        Revoke(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() throws InterruptedException {
            try (var client = server.connect()) {
                for (String id : ids) {
                    var answer = client.keys().revoke(id);
                    terminal.out().println(json ? Json.line(answer) : id + "  revoked");
                }
            }
            return ExitCode.SUCCEEDED;
        }
    }
}
