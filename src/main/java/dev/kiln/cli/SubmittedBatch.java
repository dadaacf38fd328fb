package dev.kiln.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.cli.client.BatchSender;
import dev.kiln.cli.client.CliException;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.client.KilnBatches;
import dev.kiln.cli.client.KilnClient;
import dev.kiln.cli.client.PolledJob;
import dev.kiln.cli.client.Problems;
import dev.kiln.cli.report.BatchProgress;
import dev.kiln.cli.report.JobTable;
import dev.kiln.cli.terminal.Terminal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What became of a batch's lines, told as it comes; of few jobs also each one's end. */
final class SubmittedBatch implements BatchSender.Listener {
    /** So many fit into a table; more are a summary. */
    private static final int TABLE = 100;

    /** A batch, which belongs to its tenant. */
    record Name(String name, String tenant) {}

    private record Row(String id, String name, String language) {}

    private final Terminal terminal;
    private final boolean json;
    private final boolean wait;
    private final Set<Name> batches = new LinkedHashSet<>();
    private final List<Row> rows = new ArrayList<>();
    private String own = "";
    private long jobs;
    private long refused;

    SubmittedBatch(Terminal terminal, boolean json, boolean wait) {
        this.terminal = terminal;
        this.json = json;
        this.wait = wait;
    }

    /** Those that the jobs are in. */
    Set<Name> batches() {
        return batches;
    }

    /** How many lines were refused. */
    long refused() {
        return refused;
    }

    @Override
    public void answered(JsonNode answer, byte[] text) {
        if (answer.has("id")) {
            jobs++;
            if (wait && jobs <= TABLE) {
                rows.add(row(answer.path("id").asText(), text));
            }
        } else {
            refused++;
            terminal.err().printf("kiln: line %d was refused:%n", answer.path("line").asLong());
            Problems.fields(answer.path("errors")).forEach(terminal.err()::println);
        }
        if (!wait && json) {
            terminal.out().println(Json.line(answer));
        } else if (!wait && answer.has("id")) {
            terminal.out().println(answer.path("id").asText());
        }
    }

    private static Row row(String id, byte[] text) {
        var document = Json.parse(text).orElseGet(Json::object);
        return new Row(
                id,
                document.path("labels").path("name").asText(id),
                document.path("language").asText("-"));
    }

    @Override
    public void took(String batch, JsonNode end) {
        own = batch;
        end.path("batches")
                .forEach(
                        each ->
                                batches.add(
                                        new Name(
                                                each.path("batch").asText(),
                                                each.path("tenant").asText())));
    }

    /** Closes what the lines named no batch for, unless one of them is missing. */
    void close(KilnBatches server) throws InterruptedException {
        for (Name each : batches) {
            if (refused == 0 && each.name().equals(own)) {
                server.close(each.name(), each.tenant());
            }
        }
    }

    /** A table, or a summary, or the documents. */
    void printEnds(KilnClient client, BatchProgress ended) throws InterruptedException {
        if (json) {
            var server = new KilnBatches(client);
            for (Name each : batches) {
                server.results(each.name(), each.tenant(), terminal.out()::println);
            }
        } else if (jobs > TABLE) {
            terminal.out()
                    .printf(
                            "%d jobs, %d succeeded, %d did not%n",
                            ended.jobs(), ended.succeeded(), ended.ended() - ended.succeeded());
            batches.forEach(
                    each ->
                            terminal.out()
                                    .printf(
                                            "results: GET /v1/batches/%s/results?tenant=%s%n",
                                            each.name(), each.tenant()));
        } else {
            printTable(client);
        }
    }

    private void printTable(KilnClient client) throws InterruptedException {
        var table = new JobTable();
        for (Row row : rows) {
            PolledJob job =
                    client.job(row.id())
                            .orElseThrow(
                                    () -> new CliException("Kiln no longer knows " + row.id()));
            table.add(row.name(), row.language(), job);
        }
        terminal.out().print(table.render(terminal.columns()));
    }
}
