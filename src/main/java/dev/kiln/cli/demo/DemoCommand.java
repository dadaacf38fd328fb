package dev.kiln.cli.demo;

import dev.kiln.cli.client.Json;
import dev.kiln.cli.client.KilnClient;
import dev.kiln.cli.client.PolledJob;
import dev.kiln.cli.client.Waiting;
import dev.kiln.cli.report.ExitCode;
import dev.kiln.cli.report.JobCounts;
import dev.kiln.cli.report.JobTable;
import dev.kiln.cli.terminal.Progress;
import dev.kiln.cli.terminal.Spans;
import dev.kiln.cli.terminal.Steps;
import dev.kiln.cli.terminal.Terminal;
import dev.kiln.embedded.SingleMachine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Shows the whole way once: examples to the Kafka topic, results by polling, completion events from
 * the other topic.
 */
@Command(
        name = "demo",
        description =
                "Run the example batch from Kafka topic to result table on a Kiln of its own, then stop it. The exit code is 0 if every example ended as it is meant to.",
        mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {

    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Duration EVENTS_LIMIT = Duration.ofSeconds(30);

    private final Terminal terminal;
    private final Steps steps;

    @Option(names = "--json", description = "Print the jobs' documents, one a line.")
    private boolean json;

    /** Tells what happens there. */
    public DemoCommand(Terminal terminal) {
        this.terminal = terminal;
        this.steps = new Steps(terminal);
    }

    @Override
    public Integer call() throws Exception {
        var env = System.getenv();
        long start = System.nanoTime();
        var examples =
                Example.read(
                        Path.of(env.getOrDefault("KILN_ROOT", "."), "examples", "batch.jsonl"));
        boolean good;
        var machine = SingleMachine.temporary(env, "demo", SingleMachine.SPARING);
        try (machine) {
            steps.run("start Kafka and PostgreSQL", machine::startBacking);
            steps.run("start Kiln", machine::startServer);
            good = run(examples, machine);
            steps.run("stop, and delete the data", machine::close);
        }
        terminal.err()
                .printf(
                        "  ✓  all of it (%s)%n",
                        Spans.of(Duration.ofNanos(System.nanoTime() - start)));
        return good ? ExitCode.SUCCEEDED : ExitCode.FAILED;
    }

    private boolean run(List<Example> examples, SingleMachine machine) throws Exception {
        steps.run(
                "send %d jobs to the topic kiln.jobs".formatted(examples.size()),
                () -> new JobTopic(machine.bootstrapServers()).send(examples));
        var jobs = steps.call("poll their results over HTTP", () -> await(examples, machine));
        if (json) {
            examples.stream()
                    .map(example -> jobs.get(example.id()))
                    .filter(Objects::nonNull)
                    .forEach(job -> terminal.out().println(Json.line(job.json())));
        } else {
            terminal.out().print(table(examples, jobs));
        }
        boolean asMeant = sayWhatDiffers(examples, jobs);
        return checkEvents(examples, machine) && asMeant;
    }

    private Map<String, PolledJob> await(List<Example> examples, SingleMachine machine)
            throws InterruptedException {
        var ids = examples.stream().map(Example::id).toList();
        try (var client = new KilnClient(machine.url());
                var progress = new Progress(terminal)) {
            return new Waiting(client)
                    .forAll(
                            ids,
                            LIMIT,
                            seen -> progress.show("     " + JobCounts.of(seen, ids.size())));
        }
    }

    private String table(List<Example> examples, Map<String, PolledJob> jobs) {
        var table = new JobTable();
        examples.forEach(
                example -> table.add(example.name(), example.language(), jobs.get(example.id())));
        return table.render(terminal.columns());
    }

    private boolean sayWhatDiffers(List<Example> examples, Map<String, PolledJob> jobs) {
        boolean asMeant = true;
        for (var example : examples) {
            var job = jobs.get(example.id());
            if (job == null || !example.expectation().isMetBy(job)) {
                asMeant = false;
                terminal.err()
                        .printf(
                                "kiln: %s was meant to end as %s, but: %s%n",
                                example.name(),
                                example.expectation(),
                                job == null ? "Kiln never knew it" : Expectation.of(job));
            }
        }
        return asMeant;
    }

    private boolean checkEvents(List<Example> examples, SingleMachine machine) throws Exception {
        var ids = examples.stream().map(Example::id).toList();
        var events =
                steps.call(
                        "read the topic kiln.completions",
                        () ->
                                new CompletionTopic(machine.bootstrapServers())
                                        .events(ids, EVENTS_LIMIT));
        long good =
                ids.stream().filter(id -> events.getOrDefault(id, Set.of()).size() == 1).count();
        if (good == ids.size()) {
            terminal.err()
                    .printf("  ✓  one completion event for each of the %d jobs%n", ids.size());
            return true;
        }
        terminal.err()
                .printf(
                        "kiln: %d of %d jobs have exactly one completion event%n",
                        good, ids.size());
        return false;
    }
}
