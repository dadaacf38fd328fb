package dev.kiln.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.client.KilnClient;
import dev.kiln.cli.client.PolledJob;
import dev.kiln.cli.client.Problems;
import dev.kiln.cli.client.Waiting;
import dev.kiln.cli.program.ProgramOptions;
import dev.kiln.cli.report.ExitCode;
import dev.kiln.cli.report.JobCounts;
import dev.kiln.cli.report.JobTable;
import dev.kiln.cli.terminal.Progress;
import dev.kiln.cli.terminal.Terminal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Submits many programs. */
@Command(
        name = "batch",
        description =
                "Submit a file of submissions, one JSON document a line, and print their jobs' ids.",
        mixinStandardHelpOptions = true)
final class BatchCommand implements Callable<Integer> {

    private static final Duration NO_LIMIT = Duration.ofDays(365);

    private final Terminal terminal;

    @Mixin private ServerOption server;

    @Parameters(
            paramLabel = "FILE.jsonl",
            description = "The submissions; - reads them from standard input.")
    private String file;

    @Option(
            names = "--wait",
            description =
                    "Wait for their ends and print a table; the exit code is 0 if all succeeded, else 1.")
    private boolean wait;

    @Option(names = "--json", description = "Print the server's documents, one a line.")
    private boolean json;

    BatchCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        byte[] lines = ProgramOptions.read(file, System.in);
        try (var client = server.connect()) {
            var accepted = client.submitLines(lines);
            boolean refused = printRefusals(accepted.path("errors"));
            if (!wait) {
                printAccepted(accepted);
                return refused ? ExitCode.REFUSED : ExitCode.SUCCEEDED;
            }
            boolean succeeded = printEnds(client, accepted.path("jobs"), lines);
            if (refused) {
                return ExitCode.REFUSED;
            }
            return succeeded ? ExitCode.SUCCEEDED : ExitCode.FAILED;
        }
    }

    private boolean printRefusals(JsonNode refusals) {
        for (JsonNode refusal : refusals) {
            terminal.err().printf("kiln: line %d was refused:%n", refusal.path("line").asInt());
            Problems.fields(refusal.path("errors")).forEach(terminal.err()::println);
        }
        return !refusals.isEmpty();
    }

    private void printAccepted(JsonNode accepted) {
        if (json) {
            terminal.out().println(Json.line(accepted));
        } else {
            accepted.path("jobs").forEach(job -> terminal.out().println(job.path("id").asText()));
        }
    }

    private boolean printEnds(KilnClient client, JsonNode accepted, byte[] lines)
            throws InterruptedException {
        var lineOfId = new LinkedHashMap<String, Integer>();
        accepted.forEach(job -> lineOfId.put(job.path("id").asText(), job.path("line").asInt()));
        Map<String, PolledJob> jobs;
        try (var progress = new Progress(terminal)) {
            jobs =
                    new Waiting(client)
                            .forAll(
                                    lineOfId.keySet(),
                                    NO_LIMIT,
                                    seen -> progress.show(JobCounts.of(seen, lineOfId.size())));
        }
        if (json) {
            jobs.values().forEach(job -> terminal.out().println(Json.line(job.json())));
        } else {
            terminal.out().print(table(jobs, lineOfId, lines));
        }
        return jobs.values().stream().allMatch(PolledJob::succeeded);
    }

    private String table(Map<String, PolledJob> jobs, Map<String, Integer> lineOfId, byte[] lines) {
        List<String> submissions = new String(lines, StandardCharsets.UTF_8).lines().toList();
        var table = new JobTable();
        jobs.forEach(
                (id, job) -> {
                    int index = lineOfId.getOrDefault(id, 0) - 1;
                    var submission =
                            index < 0 || index >= submissions.size() ? "" : submissions.get(index);
                    var document =
                            Json.parse(submission.getBytes(StandardCharsets.UTF_8))
                                    .orElseGet(Json::object);
                    String name = document.path("labels").path("name").asText(id);
                    table.add(name, document.path("language").asText("-"), job);
                });
        return table.render(terminal.columns());
    }
}
