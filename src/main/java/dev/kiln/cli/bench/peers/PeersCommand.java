package dev.kiln.cli.bench.peers;

import dev.kiln.cli.client.Json;
import dev.kiln.cli.report.ExitCode;
import dev.kiln.cli.terminal.Steps;
import dev.kiln.cli.terminal.Terminal;
import dev.kiln.embedded.KilnHome;
import dev.kiln.embedded.ServerStartException;
import dev.kiln.embedded.Teardown;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures Kiln's queue beside other job queues on the same Postgres. */
@Command(
        name = "peers",
        description = {
            "Measure how fast Kiln and other job queues work off jobs that are queued already, on one Postgres that writes every commit to the disk, by turns.",
            "The peers are installed from Maven's and npm's registries into KILN_HOME/bench/peers. docs/PERFORMANCE-peers.md has the method."
        },
        mixinStandardHelpOptions = true)
public final class PeersCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Option(
            names = "--jobs",
            defaultValue = "20000",
            description = "In each window (default: ${DEFAULT-VALUE}).")
    private int jobs;

    @Option(
            names = "--warm-up",
            paramLabel = "JOBS",
            defaultValue = "10000",
            description = "In the window before, which does not count (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(
            names = "--windows",
            defaultValue = "5",
            description = "How many, of which the median is told (default: ${DEFAULT-VALUE}).")
    private int windows;

    @Option(
            names = "--concurrency",
            split = ",",
            defaultValue = "8,32",
            description =
                    "How many jobs a system runs at once, one or more (default: ${DEFAULT-VALUE}).")
    private List<Integer> concurrency = List.of();

    @Option(
            names = "--handler",
            defaultValue = "both",
            description =
                    "What the peers' jobs do: noop, insert (one result row, as Kiln's do) or both (default: ${DEFAULT-VALUE}).")
    private String handler = "";

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "SYSTEM",
            description =
                    "Of kiln, db-scheduler, jobrunr, graphile-worker, pg-boss: only these (default: all).")
    private List<String> only = List.of();

    @Option(names = "--json", description = "Print lines of JSON.")
    private boolean json;

    /** Prints there. */
    public PeersCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        var plan =
                new Plan(
                        jobs,
                        warmUp,
                        windows,
                        concurrency,
                        Handler.parse(handler),
                        Contender.parse(only));
        var given = System.getenv();
        var programs = new PeerPrograms(given);
        programs.check(plan.contenders());
        try (var teardown = new Teardown()) {
            Runtime.getRuntime().addShutdownHook(new Thread(teardown::close, "stop-bench"));
            install(programs, plan.contenders());
            var report = measure(plan, given, programs, teardown);
            print(report);
            return ExitCode.SUCCEEDED;
        }
    }

    private void install(PeerPrograms programs, Set<Contender> contenders) throws Exception {
        var steps = new Steps(terminal);
        for (var platform :
                contenders.stream().map(Contender::platform).collect(Collectors.toSet())) {
            if (platform != Contender.Platform.KILN) {
                steps.run(
                        "install the peers for " + platform.label(),
                        () -> programs.install(platform));
            }
        }
    }

    private PeersReport measure(
            Plan plan, Map<String, String> given, PeerPrograms programs, Teardown teardown)
            throws Exception {
        var home = KilnHome.of(given);
        Path logs = Files.createDirectories(home.logs());
        var databases = teardown.start(() -> start(home));
        var host = Host.here(given, databases.settings());
        var processes = new Processes(given, version(), programs, logs);
        var results =
                new Comparison(plan, databases, processes, line -> terminal.err().println(line))
                        .run(teardown);
        return new PeersReport(host, results);
    }

    private static Databases start(KilnHome home) {
        try {
            return Databases.start(home.root().resolve("bench").resolve("data"), home.cache());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServerStartException("interrupted while PostgreSQL was starting", e);
        }
    }

    private void print(PeersReport report) {
        if (json) {
            report.json().forEach(line -> terminal.out().println(Json.line(line)));
        } else {
            terminal.out().print(report.inWords(terminal.columns()));
        }
    }

    private static String version() {
        String version = PeersCommand.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }
}
