package dev.kiln.cli.bench;

import dev.kiln.bench.docker.BaselineException;
import dev.kiln.bench.docker.BenchEngine;
import dev.kiln.cli.client.CliException;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.report.ExitCode;
import dev.kiln.cli.terminal.Progress;
import dev.kiln.cli.terminal.Steps;
import dev.kiln.cli.terminal.Terminal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** The course of every benchmark: engine, Kiln, warm-up, measurement, report. */
abstract sealed class Benchmark implements Callable<Integer>
        permits LatencyCommand, ThroughputCommand, WorkCommand, MemoryCommand, WaitersCommand {

    private static final Duration BACKGROUND = Duration.ofSeconds(1);
    private static final Duration SETTLE = Duration.ofSeconds(2);
    private static final Duration IDLE = Duration.ofSeconds(3);

    private final Terminal terminal;

    @Mixin private BenchOptions options;

    Benchmark(Terminal terminal) {
        this.terminal = terminal;
        this.options = new BenchOptions();
    }

    /**
     * What a benchmark measures with.
     *
     * @param background how much of the machine was at work before
     * @param idle how much is at work while Kiln has nothing to do
     */
    record Bench(
            MeasuredKiln kiln, BenchEngine engine, Idle background, Idle idle, Progress progress) {

        /** What an idle Kiln leaves others of the processors, 0 to 1. */
        double left() {
            double taken = Math.max(0, idle.cpus() - background.cpus());
            return 1 - Math.min(1, taken / Runtime.getRuntime().availableProcessors());
        }
    }

    /** Its name. */
    abstract String name();

    /**
     * Looks at the options before anything is started.
     *
     * @throws CliException when they make no sense
     */
    abstract void check(BenchOptions common);

    /** For the JVM of a server that is started for it. */
    List<String> serverOptions() {
        return List.of();
    }

    abstract Report measure(Bench bench) throws Exception;

    @Override
    public final Integer call() throws Exception {
        options.check();
        check(options);
        try {
            return run(System.getenv());
        } catch (BaselineException e) {
            throw new CliException(String.valueOf(e.getMessage()), e);
        }
    }

    private int run(Map<String, String> env) throws Exception {
        var steps = new Steps(terminal);
        var background = Idle.during(BACKGROUND);
        try (var engine = BenchEngine.connect(env.get("DOCKER_HOST"));
                var kiln = MeasuredKiln.open(options, env, serverOptions(), steps)) {
            Report report;
            Facts facts;
            try (var progress = new Progress(terminal)) {
                progress.show("warming up with %d jobs".formatted(options.warmUp()));
                String runtime = warmUp(kiln);
                progress.show("looking at Kiln while it has nothing to do");
                Thread.sleep(SETTLE);
                var idle = Idle.during(IDLE);
                facts = Facts.ofThisHost(env, engine.version(), runtime, background, idle);
                report = measure(new Bench(kiln, engine, background, idle, progress));
            }
            print(report, facts);
            return report.failures() == 0 ? ExitCode.SUCCEEDED : ExitCode.FAILED;
        }
    }

    /**
     * A server's very first jobs are those of a JVM that has just started. One is run in any case:
     * its result tells what isolates programs.
     */
    private String warmUp(MeasuredKiln kiln) throws InterruptedException {
        var door = new HttpDoor(kiln.client());
        String runtime = "unknown";
        for (int i = 0; i <= options.warmUp(); i++) {
            runtime = HelloJob.runtime(door.run()).orElse(runtime);
        }
        return runtime;
    }

    private void print(Report report, Facts facts) {
        if (options.json()) {
            var json =
                    Json.object()
                            .put("bench", name())
                            .put("commit", facts.commit())
                            .put("at", facts.at().toString());
            json.set("host", facts.json());
            json.setAll(report.json());
            terminal.out().println(Json.line(json));
        } else {
            terminal.out().print(report.inWords(terminal.columns()) + facts.inWords());
        }
    }
}
