package dev.kiln.cli.bench;

import dev.kiln.bench.docker.Baseline;
import dev.kiln.bench.docker.Minimal;
import dev.kiln.bench.docker.Oneshot;
import dev.kiln.cli.client.CliException;
import dev.kiln.cli.terminal.Terminal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures how many small jobs a second come through when there are always more. */
@Command(
        name = "throughput",
        description =
                "Measure hello jobs per second with the queue full, with everything on this host, and beside it what Docker alone does at its best. The exit code is 1 if a job failed.",
        mixinStandardHelpOptions = true)
final class ThroughputCommand extends Benchmark {

    @Option(
            names = "--jobs",
            paramLabel = "N",
            defaultValue = "300",
            description = "How many in each window (default: ${DEFAULT-VALUE}).")
    private int jobs;

    @Option(
            names = "--windows",
            paramLabel = "N",
            defaultValue = "3",
            description =
                    "How many windows of each contender, by turns (default: ${DEFAULT-VALUE}).")
    private int windows;

    @Option(
            names = "--slots",
            paramLabel = "N",
            description =
                    "Slots of the Kiln that is started (default: as many as it takes itself).")
    private @Nullable Integer slots;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            description =
                    "How many containers the baselines run at once (default: the best of 2 to 6).")
    private @Nullable Integer concurrency;

    ThroughputCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    String name() {
        return "throughput";
    }

    @Override
    void check(BenchOptions common) {
        BenchOptions.require("--jobs", jobs, 1, 100_000);
        BenchOptions.require("--windows", windows, 1, 100);
        BenchOptions.require("--concurrency", concurrency == null ? 1 : concurrency, 1, 32);
        BenchOptions.require("--slots", slots == null ? 1 : slots, 1, 64);
        if (slots != null && common.server() != null) {
            throw new CliException(
                    "--slots is for a Kiln that is started here: leave it out, or leave out --server");
        }
    }

    @Override
    List<String> serverOptions() {
        return slots == null ? List.of() : List.of("-Dkiln.worker.slots=" + slots);
    }

    @Override
    Report measure(Bench bench) throws InterruptedException {
        var oneshot = new Oneshot(bench.engine());
        var minimal = new Minimal(bench.engine());
        var best = List.of(best(oneshot, bench), best(minimal, bench));
        var contenders =
                List.of(
                        new KilnContender(bench.kiln().client()),
                        new DockerContender(oneshot, best.getFirst().best(), Task.HELLO),
                        new DockerContender(minimal, best.getLast().best(), Task.HELLO));
        var passes = run(contenders, bench);
        return new ThroughputReport(
                new Standing(contenders.get(0).name(), Optional.empty(), passes.get(0)),
                new Standing(oneshot.name(), Optional.of(best.getFirst()), passes.get(1)),
                new Standing(minimal.name(), Optional.of(best.getLast()), passes.get(2)),
                bench.left());
    }

    private BestConcurrency best(Baseline baseline, Bench bench) throws InterruptedException {
        if (concurrency != null) {
            return BestConcurrency.chosen(concurrency);
        }
        bench.progress().show("looking for the best concurrency of " + baseline.name());
        return BestConcurrency.search(baseline);
    }

    /** By turns, in an order that turns round each time. */
    private List<List<Pass>> run(List<? extends Contender> contenders, Bench bench)
            throws InterruptedException {
        List<List<Pass>> passes =
                contenders.stream().<List<Pass>>map(_ -> new ArrayList<>()).toList();
        var order = new ArrayList<>(IntStream.range(0, contenders.size()).boxed().toList());
        for (int window = 1; window <= windows; window++) {
            for (int each : order) {
                var contender = contenders.get(each);
                bench.progress()
                        .show(
                                "window %d of %d: %d jobs of %s"
                                        .formatted(window, windows, jobs, contender.name()));
                passes.get(each).add(contender.measure(jobs, Window.leadOf(jobs)));
            }
            Collections.reverse(order);
        }
        return passes;
    }
}
