package dev.kiln.cli.bench.queue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.cli.client.CliException;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.report.ExitCode;
import dev.kiln.cli.terminal.Steps;
import dev.kiln.cli.terminal.Table;
import dev.kiln.cli.terminal.Terminal;
import dev.kiln.embedded.ServerStartException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures what many worker hosts make of one database. */
@Command(
        name = "scale",
        description =
                "Measure one database under many worker hosts, which are processes whose programs only sleep: jobs a second, how full the slots are, and what a job costs the database, for fleets of several sizes.",
        mixinStandardHelpOptions = true)
public final class ScaleCommand implements Callable<Integer> {
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(60);

    /** Relations of a few pages have them with no job too. */
    private static final long WORTH_TELLING = 64 << 10;

    private final Terminal terminal;
    private final Steps steps;

    @Option(
            names = "--hosts",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,5,20,40",
            description =
                    "How many hosts, ascending: each a process with a heartbeat of its own (default: ${DEFAULT-VALUE}).")
    private List<Integer> hosts = List.of();

    @Option(
            names = "--slots",
            defaultValue = "50",
            description = "How many jobs each runs at once (default: ${DEFAULT-VALUE}).")
    private int slots;

    @Option(
            names = "--job-ms",
            defaultValue = "4000",
            description =
                    "How long a job sleeps on average; half to one and a half of it (default: ${DEFAULT-VALUE}).")
    private int jobMillis;

    @Option(
            names = "--seconds",
            defaultValue = "20",
            description = "How long each fleet is measured (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "12",
            description = "For how many seconds it runs before that (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(
            names = "--json",
            description = "Print a line of JSON for each fleet, with all that was measured.")
    private boolean json;

    private @Nullable ServerStartException failure;

    /** Prints there. */
    public ScaleCommand(Terminal terminal) {
        this.terminal = terminal;
        this.steps = new Steps(terminal);
    }

    @Override
    public Integer call() throws Exception {
        check();
        // 16 is the most that a process opens, and some are left for who looks.
        int connections = 16 * (hosts.getLast() + 1) + 20;
        var postgres =
                Map.of(
                        "max_connections",
                        String.valueOf(connections),
                        "shared_preload_libraries",
                        "pg_stat_statements",
                        "pg_stat_statements.max",
                        "1000");
        try (var machine =
                steps.call(
                        "start Kafka and PostgreSQL",
                        () -> QueueMachine.start(System.getenv(), postgres))) {
            var stages = measure(machine);
            var host = machine.host();
            stages.forEach(stage -> stage.set("host", host.json()));
            terminal.out().print(json ? lines(stages) : words(stages) + host.words());
        }
        if (failure != null) {
            throw failure;
        }
        return ExitCode.SUCCEEDED;
    }

    private static String lines(List<ObjectNode> stages) {
        var text = new StringBuilder();
        stages.forEach(stage -> text.append(Json.line(stage)).append('\n'));
        return text.toString();
    }

    private String words(List<ObjectNode> stages) {
        var table =
                new Table(
                        "HOSTS",
                        "SLOTS",
                        "JOBS/S",
                        "FULL",
                        "CLAIM p50",
                        "p99 ms",
                        "POSTGRES us/job",
                        "WAL/job",
                        "CONNECTIONS",
                        "LOAD");
        for (ObjectNode stage : stages) {
            table.add(
                    Stream.of(
                                    "/hosts",
                                    "/slots",
                                    "/jobs_per_second",
                                    "/slot_utilisation",
                                    "/steps/claim/ms_p50",
                                    "/steps/claim/ms_p99",
                                    "/cpu_micros_per_job/postgres",
                                    "/per_job/wal_bytes",
                                    "/connections",
                                    "/load")
                            .map(figure -> stage.at(figure).asText())
                            .toArray(String[]::new));
        }
        return table.render(terminal.columns());
    }

    private void check() {
        require("--slots", slots, 1, 1000);
        require("--job-ms", jobMillis, 10, 600_000);
        require("--seconds", seconds, 2, 3600);
        require("--warm-up", warmUp, 0, 3600);
        hosts.forEach(each -> require("--hosts", each, 1, 200));
        if (!hosts.equals(hosts.stream().distinct().sorted().toList())) {
            throw new CliException("--hosts must ascend, since hosts are only added: " + hosts);
        }
    }

    private static void require(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new CliException("%s is %d to %d, not %d".formatted(option, least, most, value));
        }
    }

    private List<ObjectNode> measure(QueueMachine machine) throws Exception {
        List<ScaleStage> stages = new ArrayList<>();
        List<QueueServer> servers;
        Map<String, Long> sizes;
        long ended;
        try (var fleet = steps.call("start the doors", () -> new ScaleFleet(machine, this.slots));
                var feed = new ScaleFeed(machine, Duration.ofMillis(jobMillis));
                var tables = new QueueTables(machine);
                var meter = new DatabaseMeter(machine)) {
            try {
                for (int wanted : hosts) {
                    stages.add(stage(machine, fleet, feed, tables, meter, wanted));
                }
            } catch (ServerStartException e) {
                // What was measured before is told all the same.
                failure = e;
            }
            feed.slots(0);
            steps.run("let the rest end", () -> awaitEnd(tables));
            sizes = meter.read().sizes();
            ended = tables.ended();
            servers = fleet.hosts();
        }
        List<ObjectNode> lines = new ArrayList<>();
        for (ScaleStage stage : stages) {
            lines.add(stage.json(QueueSteps.in(servers, List.of(stage.window()))));
        }
        if (!lines.isEmpty()) {
            lines.getLast().set("bytes_per_job_kept", kept(sizes, ended));
        }
        return lines;
    }

    /** Lets the fleet grow to so many hosts and run in, then measures it. */
    private ScaleStage stage(
            QueueMachine machine,
            ScaleFleet fleet,
            ScaleFeed feed,
            QueueTables tables,
            DatabaseMeter meter,
            int wanted)
            throws Exception {
        feed.slots(0);
        steps.run("start hosts, up to " + wanted, () -> fleet.grow(wanted));
        feed.slots(fleet.slots());
        steps.run("let it run in", () -> Thread.sleep(Duration.ofSeconds(warmUp)));
        return steps.call(
                "measure %d hosts".formatted(wanted), () -> stage(machine, fleet, tables, meter));
    }

    private ScaleStage stage(
            QueueMachine machine, ScaleFleet fleet, QueueTables tables, DatabaseMeter meter)
            throws Exception {
        var cpu = new CpuMeter(fleet.doors().pid(), tables.postmaster());
        try (var sampler = new SessionSampler(machine)) {
            var countsBefore = meter.read();
            var topicsBefore = topics(machine);
            var cpuBefore = cpu.read();
            var fleetBefore = fleet.cpu();
            var mark = tables.now();
            var begin = Instant.now();
            Thread.sleep(Duration.ofSeconds(seconds));
            var jobs = tables.resultsSince(mark);
            var end = Instant.now();
            var spent = cpu.read().minus(cpuBefore);
            return new ScaleStage(
                    fleet.hosts().size(),
                    fleet.slots(),
                    jobs,
                    new Window(jobs.ended(), Duration.between(begin, end), begin, end, spent),
                    fleet.cpu().minus(fleetBefore),
                    meter.read().minus(countsBefore),
                    sampler.stop(),
                    topics(machine).minus(topicsBefore),
                    ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        }
    }

    private static ScaleStage.Topics topics(QueueMachine machine) throws Exception {
        return new ScaleStage.Topics(
                machine.topicBytes(TopicWay.JOBS), machine.topicBytes(TopicWay.COMPLETIONS));
    }

    private static void awaitEnd(QueueTables tables) throws Exception {
        var giveUp = Instant.now().plus(DRAIN_LIMIT);
        while (tables.queued() + tables.running() > 0 && Instant.now().isBefore(giveUp)) {
            Thread.sleep(Duration.ofMillis(200));
        }
    }

    /** What of the tables and indexes is there for each job that has ended. */
    private static ObjectNode kept(Map<String, Long> sizes, long ended) {
        var json = Json.object().put("jobs", ended);
        sizes.forEach(
                (relation, bytes) -> {
                    if (bytes >= WORTH_TELLING) {
                        json.put(relation, bytes / Math.max(1, ended));
                    }
                });
        return json;
    }
}
