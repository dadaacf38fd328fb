package dev.kiln.cli.bench;

import dev.kiln.bench.host.Cgroups;
import dev.kiln.bench.host.ContainerGroups;
import dev.kiln.bench.host.Proc;
import dev.kiln.cli.client.CliException;
import dev.kiln.cli.terminal.Terminal;
import dev.kiln.embedded.KilnHome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures what a worker and a sandbox that waits take of the host's memory. */
@Command(
        name = "memory",
        description =
                "Measure the memory of a worker under load, and that of each sandbox that it keeps ready. The exit code is 1 if a job failed.",
        mixinStandardHelpOptions = true)
final class MemoryCommand extends Benchmark {

    private static final String HOME_LABEL = "dev.kiln.home";
    private static final Duration REST = Duration.ofSeconds(5);

    @Option(
            names = "--jobs",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many hello jobs are the load (default: ${DEFAULT-VALUE}).")
    private int jobs;

    @Option(
            names = "--slots",
            paramLabel = "N",
            defaultValue = "8",
            description = "Slots of the Kiln that is started (default: ${DEFAULT-VALUE}).")
    private int slots;

    MemoryCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    String name() {
        return "memory";
    }

    @Override
    void check(BenchOptions common) {
        BenchOptions.require("--jobs", jobs, 1, 100_000);
        BenchOptions.require("--slots", slots, 1, 64);
    }

    @Override
    List<String> serverOptions() {
        return List.of("-Dkiln.worker.slots=" + slots);
    }

    @Override
    Report measure(Bench bench) throws InterruptedException {
        var proc = Proc.ofThisHost();
        long worker =
                proc.listener(bench.kiln().port())
                        .orElseThrow(
                                () ->
                                        new CliException(
                                                "no process of this host listens on port %d, so that its memory cannot be seen: leave out --server, or name one of this host"
                                                        .formatted(bench.kiln().port())));
        bench.progress().show("%d jobs in %d slots".formatted(jobs, slots));
        var window = new Window<>(Window.leadOf(jobs), jobs, Moment::now);
        long most;
        try (var peak = PeakMemory.of(proc, worker)) {
            new KilnContender(bench.kiln().client()).run(window);
            most = peak.bytes();
        }
        bench.progress().show("looking at what waits when there is nothing to do");
        Thread.sleep(REST);
        return new MemoryReport(
                bench.kiln().own().isPresent() ? slots : 0,
                jobs,
                window.failed(),
                most,
                proc.resident(worker).orElse(0L),
                waiting(bench, proc));
    }

    /** Whatever of Kiln's containers runs while there are no jobs. */
    private static List<WaitingSandbox> waiting(Bench bench, Proc proc) {
        var cgroups = Cgroups.ofThisHost();
        var groups = ContainerGroups.by(bench.engine().cgroupDriver());
        return bench.engine().running(HOME_LABEL, home(System.getenv()).toString()).stream()
                .map(id -> WaitingSandbox.look(id, proc, cgroups, groups))
                .toList();
    }

    private static Path home(Map<String, String> env) {
        return KilnHome.of(env).root();
    }
}
