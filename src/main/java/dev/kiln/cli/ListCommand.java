package dev.kiln.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.cli.client.CliException;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.client.KilnClient;
import dev.kiln.cli.report.ExitCode;
import dev.kiln.cli.terminal.Spans;
import dev.kiln.cli.terminal.Table;
import dev.kiln.cli.terminal.Terminal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists jobs. */
@Command(
        name = "list",
        description = "List jobs, newest first; every filter that is given must hold.",
        mixinStandardHelpOptions = true)
final class ListCommand implements Callable<Integer> {
    /** What the server puts on one page at most. */
    private static final int PAGE = 200;

    private static final String NONE = "-";

    private final Terminal terminal;

    @Mixin private ServerOption server;

    @Option(
            names = "--state",
            paramLabel = "STATE",
            description = "queued, running, finished, cancelled, abandoned or expired.")
    private @Nullable String state;

    @Option(
            names = "--cause",
            paramLabel = "CAUSE",
            description =
                    "Why the program ended: exited, signalled, timed_out, out_of_memory, process_limit, compile_failed or cancelled.")
    private @Nullable String cause;

    @Option(names = "--tenant", paramLabel = "NAME", description = "Those of this tenant.")
    private @Nullable String tenant;

    @Option(names = "--batch", paramLabel = "NAME", description = "Those of this batch.")
    private @Nullable String batch;

    @Option(names = "--language", paramLabel = "NAME", description = "Those in this language.")
    private @Nullable String language;

    @Option(
            names = "--label",
            paramLabel = "KEY=VALUE",
            description = "Those with this label; repeat it for more.")
    private Map<String, String> labels = new LinkedHashMap<>();

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Those submitted then or later, such as 2030-01-31T12:00:00Z.")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Those submitted before then.")
    private @Nullable String until;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "50",
            description = "How many at most (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Option(
            names = "--after",
            paramLabel = "NEXT",
            description = "Go on where an earlier list ended.")
    private @Nullable String after;

    @Option(names = "--json", description = "Print the server's document.")
    private boolean json;

    ListCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (limit < 1) {
            throw new CliException("--limit must be 1 or more: " + limit);
        }
        List<JsonNode> jobs = new ArrayList<>();
        String next;
        try (var client = server.connect()) {
            next = collect(client, jobs);
        }
        if (json) {
            var document = Json.object();
            document.putArray("jobs").addAll(jobs);
            terminal.out().println(Json.line(document.put("next", next)));
        } else {
            terminal.out().print(table(jobs).render(terminal.columns()));
            if (next != null) {
                terminal.err().println("there may be more: add --after " + next);
            }
        }
        return ExitCode.SUCCEEDED;
    }

    /** As many pages as it takes: one may be short, or empty, before the end. */
    private @Nullable String collect(KilnClient client, List<JsonNode> jobs)
            throws InterruptedException {
        String next = after;
        do {
            var page = client.jobs(query(Math.min(PAGE, limit - jobs.size()), next));
            page.path("jobs").forEach(jobs::add);
            next = page.path("next").textValue();
        } while (next != null && jobs.size() < limit);
        return next;
    }

    private List<Map.Entry<String, String>> query(int most, @Nullable String next) {
        List<Map.Entry<String, String>> query = new ArrayList<>();
        add(query, "state", state == null ? null : state.toUpperCase(Locale.ROOT));
        add(query, "cause", cause);
        add(query, "tenant", tenant);
        add(query, "batch", batch);
        add(query, "language", language);
        labels.forEach((name, value) -> add(query, "label", name + "=" + value));
        add(query, "since", since);
        add(query, "until", until);
        add(query, "limit", String.valueOf(most));
        add(query, "after", next);
        return query;
    }

    private static void add(
            List<Map.Entry<String, String>> query, String name, @Nullable String value) {
        if (value != null) {
            query.add(Map.entry(name, value));
        }
    }

    private static Table table(List<JsonNode> jobs) {
        var table =
                Table.wholeFirst(
                        "JOB", "STATE", "SUBMITTED", "LANGUAGE", "EXIT", "TIME", "BATCH", "WHY");
        for (JsonNode job : jobs) {
            table.add(
                    job.path("id").asText(),
                    job.path("state").asText(),
                    // To the second: a list is looked through, not measured.
                    job.path("submitted_at").asText().replaceFirst("\\.[0-9]+Z$", "Z"),
                    job.path("language").asText(),
                    text(job, "exit_code", NONE),
                    job.hasNonNull("duration_ms")
                            ? Spans.of(Duration.ofMillis(job.path("duration_ms").asLong()))
                            : NONE,
                    text(job, "batch", NONE),
                    why(job));
        }
        return table;
    }

    private static String why(JsonNode job) {
        return job.hasNonNull("termination")
                ? job.path("termination").asText().replace('_', ' ')
                : text(job, "reason", "");
    }

    private static String text(JsonNode job, String field, String otherwise) {
        return job.hasNonNull(field) ? job.path(field).asText() : otherwise;
    }
}
