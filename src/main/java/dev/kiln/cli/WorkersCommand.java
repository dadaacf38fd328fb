package dev.kiln.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.report.ExitCode;
import dev.kiln.cli.terminal.Spans;
import dev.kiln.cli.terminal.Table;
import dev.kiln.cli.terminal.Terminal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the workers. */
@Command(
        name = "workers",
        description = "List the workers, what each can run, and why it does not.",
        mixinStandardHelpOptions = true)
final class WorkersCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin private ServerOption server;

    @Option(names = "--json", description = "Print the server's document.")
    private boolean json;

    WorkersCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (var client = server.connect()) {
            var answer = client.workers();
            terminal.out()
                    .print(
                            json
                                    ? Json.line(answer) + "\n"
                                    : table(answer).render(terminal.columns()));
        }
        return ExitCode.SUCCEEDED;
    }

    private static Table table(JsonNode answer) {
        var table = new Table("WORKER", "STATE", "BUSY", "MEMORY", "SEEN", "LANGUAGES", "WHY NOT");
        for (JsonNode worker : answer.path("workers")) {
            table.add(
                    worker.path("id").asText(),
                    state(worker),
                    worker.path("busy").asInt() + "/" + worker.path("slots").asInt(),
                    (worker.path("memory_bytes").asLong() >> 20) + " MiB",
                    Spans.of(Duration.ofMillis(worker.path("heartbeat_age_ms").asLong())),
                    languages(worker),
                    whyNot(worker));
        }
        return table;
    }

    private static String state(JsonNode worker) {
        if (!worker.path("live").asBoolean()) {
            return "dead";
        }
        if (worker.hasNonNull("trouble")) {
            return "not ready";
        }
        return worker.path("cordoned").asBoolean() ? "cordoned" : "ready";
    }

    private static String languages(JsonNode worker) {
        var names =
                StreamSupport.stream(worker.path("languages").spliterator(), false)
                        .map(JsonNode::asText)
                        .collect(Collectors.joining(" "));
        return worker.path("network").asBoolean() ? names + " (network)" : names;
    }

    private static String whyNot(JsonNode worker) {
        List<String> reasons = new ArrayList<>();
        if (worker.hasNonNull("trouble")) {
            reasons.add(worker.path("trouble").asText());
        }
        worker.path("lacking")
                .properties()
                .forEach(e -> reasons.add(e.getKey() + ": " + e.getValue().asText()));
        return String.join("; ", reasons);
    }
}
