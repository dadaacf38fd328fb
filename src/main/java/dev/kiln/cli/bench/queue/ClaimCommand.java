package dev.kiln.cli.bench.queue;

import dev.kiln.cli.bench.queue.ClaimCost.Situation;
import dev.kiln.cli.client.CliException;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.report.ExitCode;
import dev.kiln.cli.terminal.Steps;
import dev.kiln.cli.terminal.Table;
import dev.kiln.cli.terminal.Terminal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures what a claim costs the database, whatever is queued. */
@Command(
        name = "claim",
        description =
                "Measure the statement by which workers take jobs: its time, the pages it reads and its plan, for queues of several sizes. On a database of its own that commits to disk.",
        mixinStandardHelpOptions = true)
public final class ClaimCommand implements Callable<Integer> {
    private static final int MOST_ROWS = 10_000_000;
    private static final int MOST_BESIDE = 100_000;
    private static final int MOST_RETRIED = 1_000;

    private final Terminal terminal;
    private final Steps steps;

    @Option(
            names = "--rows",
            paramLabel = "N",
            split = ",",
            defaultValue = "1000,100000,1000000",
            description = "How many jobs are in the line (default: ${DEFAULT-VALUE}).")
    private List<Integer> rows = List.of();

    @Option(
            names = "--tenants",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,10,1000",
            description = "Of how many tenants, each for every size (default: ${DEFAULT-VALUE}).")
    private List<Integer> tenants = List.of();

    @Option(
            names = "--claims",
            paramLabel = "N",
            defaultValue = "200",
            description =
                    "How many claims are measured in each situation (default: ${DEFAULT-VALUE}).")
    private int claims;

    @Option(
            names = "--size",
            paramLabel = "N",
            defaultValue = "8",
            description = "How many jobs a claim takes (default: ${DEFAULT-VALUE}).")
    private int size;

    @Option(names = "--plans", description = "Print the plan of each situation's last claim too.")
    private boolean plans;

    @Option(names = "--json", description = "Print a line of JSON for each situation.")
    private boolean json;

    /** Prints there. */
    public ClaimCommand(Terminal terminal) {
        this.terminal = terminal;
        this.steps = new Steps(terminal);
    }

    @Override
    public Integer call() throws Exception {
        check();
        List<ClaimCost> costs = new ArrayList<>();
        try (var machine =
                steps.call(
                        "start Kafka and PostgreSQL", () -> QueueMachine.start(System.getenv()))) {
            // Which makes the tables.
            steps.run("start and stop a Kiln", () -> machine.server(1, "api", null).close());
            for (int queued : rows) {
                for (int owners : tenants) {
                    costs.addAll(measure(machine, queued, owners));
                }
            }
            var host = machine.host();
            terminal.out().print(json ? lines(costs, host) : words(costs, host));
        }
        return ExitCode.SUCCEEDED;
    }

    private void check() {
        require("--size", size, 1, 64);
        require("--claims", claims, 1, 100_000);
        // The worst case makes jobs at the head wait, and leaves at least a claim.
        rows.forEach(each -> require("--rows", each, 4 * size, MOST_ROWS));
        tenants.forEach(each -> require("--tenants", each, 1, 100_000));
    }

    private static void require(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new CliException("%s is %d to %d, not %d".formatted(option, least, most, value));
        }
    }

    private List<ClaimCost> measure(QueueMachine machine, int queued, int owners) throws Exception {
        String name = "%d rows, %d tenants".formatted(queued, owners);
        try (var bench = new ClaimBench(machine.access(), queued, owners, size)) {
            steps.run(name + ": fill", bench::fill);
            List<ClaimCost> costs = new ArrayList<>();
            costs.add(measure(name, bench, Situation.LINE));
            bench.addBeside(Math.min(queued, MOST_BESIDE));
            costs.add(measure(name, bench, Situation.BESIDE));
            bench.retryHead(Math.min(queued / 2, MOST_RETRIED));
            costs.add(measure(name, bench, Situation.RETRIED));
            return costs;
        }
    }

    private ClaimCost measure(String name, ClaimBench bench, Situation situation) throws Exception {
        return steps.call(name + ": " + situation.words(), () -> bench.measure(situation, claims));
    }

    private String lines(List<ClaimCost> costs, HostFacts host) {
        var text = new StringBuilder();
        for (ClaimCost each : costs) {
            var line = each.json();
            if (plans) {
                line.put("plan", each.text());
            }
            line.set("host", host.json());
            text.append(Json.line(line)).append('\n');
        }
        return text.toString();
    }

    private String words(List<ClaimCost> costs, HostFacts host) {
        var table =
                new Table(
                        "ROWS",
                        "TENANTS",
                        "SITUATION",
                        "P50 ms",
                        "P99 ms",
                        "MAX ms",
                        "PAGES hit + read",
                        "AFTER " + claims,
                        "LOAD");
        costs.forEach(each -> table.add(each.cells()));
        var text = new StringBuilder(table.render(terminal.columns()));
        costs.stream()
                .map(ClaimCost::scans)
                .distinct()
                .forEach(scans -> text.append("tables are read by: ").append(scans).append('\n'));
        text.append(host.words());
        if (plans) {
            costs.forEach(
                    each ->
                            text.append('\n')
                                    .append(String.join(", ", each.cells()))
                                    .append('\n')
                                    .append(each.text()));
        }
        return text.toString();
    }
}
