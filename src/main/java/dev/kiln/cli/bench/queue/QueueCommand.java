package dev.kiln.cli.bench.queue;

import dev.kiln.cli.client.CliException;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.report.ExitCode;
import dev.kiln.cli.terminal.Steps;
import dev.kiln.cli.terminal.Terminal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures how many jobs the queue moves when running them costs nothing. */
@Command(
        name = "queue",
        description =
                "Measure the queue alone, with programs that are not run: from record to completion event, and the burn-down of queued jobs. On a Kiln of its own, with a database that commits to disk.",
        mixinStandardHelpOptions = true)
public final class QueueCommand implements Callable<Integer> {
    /** Which way is measured. */
    enum Way {
        TOPIC,
        BACKLOG
    }

    private final Terminal terminal;
    private final Steps steps;

    @Option(
            names = "--way",
            split = ",",
            defaultValue = "TOPIC,BACKLOG",
            description =
                    "TOPIC: from record to event; BACKLOG: burn-down of queued jobs (default: ${DEFAULT-VALUE}).")
    private List<Way> ways = List.of();

    @Option(
            names = "--jobs",
            defaultValue = "20000",
            description = "Jobs in a window (default: ${DEFAULT-VALUE}).")
    private int jobs;

    @Option(
            names = "--windows",
            defaultValue = "3",
            description =
                    "Measured windows of each kind, after one that is not measured (default: ${DEFAULT-VALUE}).")
    private int windows;

    @Option(
            names = "--slots",
            split = ",",
            defaultValue = "8,32",
            description =
                    "How many jobs the worker runs at once; each for every backlog, the last for the topic (default: ${DEFAULT-VALUE}).")
    private List<Integer> slots = List.of();

    @Option(
            names = "--backlog",
            split = ",",
            defaultValue = "20000",
            description =
                    "Jobs queued when a window begins, such as 1000,100000,1000000 (default: ${DEFAULT-VALUE}).")
    private List<Integer> backlogs = List.of();

    @Option(
            names = "--recordings",
            paramLabel = "DIR",
            description =
                    "Keep the servers' flight recordings there, with processor samples; the last for each number of slots.")
    private @Nullable Path recordings;

    @Option(names = "--json", description = "Print a line of JSON for each kind of window.")
    private boolean json;

    /** Prints there. */
    public QueueCommand(Terminal terminal) {
        this.terminal = terminal;
        this.steps = new Steps(terminal);
    }

    @Override
    public Integer call() throws Exception {
        if (jobs < 1 || windows < 1) {
            throw new CliException("--jobs and --windows must be 1 or more");
        }
        if (slots.stream().anyMatch(n -> n < 1) || backlogs.stream().anyMatch(n -> n < 1)) {
            throw new CliException("--slots and --backlog must be 1 or more, each of them");
        }
        var series = new ArrayList<Series>();
        try (var machine =
                steps.call(
                        "start Kafka and PostgreSQL", () -> QueueMachine.start(System.getenv()))) {
            var host = machine.host();
            if (ways.contains(Way.BACKLOG)) {
                for (int each : slots) {
                    series.addAll(burnDowns(machine, each));
                }
            }
            if (ways.contains(Way.TOPIC)) {
                series.add(topic(machine, slots.getLast()));
            }
            terminal.out().print(json ? lines(series, host) : words(series, host));
        }
        return ExitCode.SUCCEEDED;
    }

    private List<Series> burnDowns(QueueMachine machine, int width) throws Exception {
        var measured = new ArrayList<Series>();
        for (int backlog : backlogs) {
            String name = "burn down, %d slots, %d queued".formatted(width, backlog);
            try (var server = machine.server(width, "api,worker", recordings)) {
                var burnDown = new BurnDown(machine, server, backlog, jobs);
                steps.run("warm up", burnDown::warmUp);
                var found = new ArrayList<Window>();
                for (int i = 0; i < windows; i++) {
                    found.add(steps.call(name, burnDown::window));
                }
                server.close();
                measured.add(
                        new Series("backlog", width, backlog, found, QueueSteps.in(server, found)));
            }
        }
        return measured;
    }

    private Series topic(QueueMachine machine, int width) throws Exception {
        try (var server = machine.server(width, "api,intake,worker,relay", recordings);
                var topic = new TopicWay(machine, server)) {
            steps.run("warm up", () -> topic.window(jobs));
            var found = new ArrayList<Window>();
            for (int i = 0; i < windows; i++) {
                found.add(steps.call("from record to event", () -> topic.window(jobs)));
            }
            server.close();
            return new Series("topic", width, 0, found, QueueSteps.in(server, found));
        }
    }

    private static String lines(List<Series> series, HostFacts host) {
        var text = new StringBuilder();
        for (Series each : series) {
            var line = each.json();
            line.set("host", host.json());
            text.append(Json.line(line)).append('\n');
        }
        return text.toString();
    }

    private String words(List<Series> series, HostFacts host) {
        var text = new StringBuilder();
        series.forEach(each -> text.append(each.words()));
        return text.append(host.words()).toString();
    }
}
