package dev.kiln.cli.bench;

import dev.kiln.bench.docker.Minimal;
import dev.kiln.bench.host.Accountant;
import dev.kiln.bench.host.Cgroups;
import dev.kiln.bench.host.ContainerGroups;
import dev.kiln.bench.host.KilnProcesses;
import dev.kiln.bench.host.Proc;
import dev.kiln.bench.host.ShimWatch;
import dev.kiln.cli.client.CliException;
import dev.kiln.cli.terminal.Terminal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures who spends what on real work. */
@Command(
        name = "batch",
        description =
                "Run programs of about 100 ms in several languages by Kiln's topics, and tell what the host spends on each besides the program itself: gVisor, Docker, Kiln, Kafka, PostgreSQL; then the same by Docker alone. The exit code is 1 if a job failed.",
        mixinStandardHelpOptions = true)
final class WorkCommand extends Benchmark {

    private static final int MOST_BLOCKS = 4;
    private static final int JOBS_PER_BLOCK = 50;
    private static final int MOST_TRIALS = 5;
    private static final int JOBS_PER_TRIAL = 20;

    @Option(
            names = "--jobs",
            paramLabel = "N",
            defaultValue = "1000",
            description = "How many in each way (default: ${DEFAULT-VALUE}).")
    private int jobs;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            description =
                    "How many containers docker-minimal runs at once (default: the best of 2 to 6).")
    private @Nullable Integer concurrency;

    WorkCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    String name() {
        return "batch";
    }

    @Override
    void check(BenchOptions common) {
        BenchOptions.require("--jobs", jobs, 1, 100_000);
        BenchOptions.require("--concurrency", concurrency == null ? 1 : concurrency, 1, 32);
        if (common.server() != null && common.kafka() == null) {
            throw new CliException(
                    "the batch goes by the topics: name the broker of that Kiln with --kafka");
        }
    }

    @Override
    Report measure(Bench bench) throws InterruptedException {
        var proc = Proc.ofThisHost();
        var cgroups = Cgroups.ofThisHost();
        var groups = ContainerGroups.by(bench.engine().cgroupDriver());
        var kiln = processes(bench.kiln(), proc);
        var minimal = new Minimal(bench.engine());
        var best =
                concurrency == null
                        ? BestConcurrency.search(minimal)
                        : BestConcurrency.chosen(concurrency);
        var containers = new DockerContender(minimal, best.best(), MixedWork.tasks());
        try (var topics = new TopicDoor(bench.kiln().bootstrapServers().orElseThrow());
                var shims = ShimWatch.start(proc, cgroups, groups)) {
            long self = ProcessHandle.current().pid();
            var accountant = new Accountant(proc, cgroups, groups, shims, kiln, self);
            return run(new TopicContender(topics), containers, accountant, bench);
        }
    }

    /** By turns. */
    private Report run(
            TopicContender kiln, DockerContender docker, Accountant accountant, Bench bench)
            throws InterruptedException {
        bench.progress().show("running each program alone");
        var own = kiln.alone(Math.clamp(jobs / JOBS_PER_TRIAL, 1, MOST_TRIALS));
        int blocks = Math.clamp(jobs / JOBS_PER_BLOCK, 1, MOST_BLOCKS);
        var ours = Bill.NONE;
        var theirs = Bill.NONE;
        for (int block = 0; block < blocks; block++) {
            int share = jobs / blocks + (block < jobs % blocks ? 1 : 0);
            String where = "block %d of %d: %d jobs of ".formatted(block + 1, blocks, share);
            bench.progress().show(where + kiln.name());
            ours = ours.plus(one(kiln, share, accountant));
            bench.progress().show(where + docker.name());
            theirs = theirs.plus(one(docker, share, accountant));
        }
        return new BatchReport(
                ours.withOwn(TopicContender.expected(own, ours.jobs())),
                theirs.withOwn(TopicContender.expected(own, theirs.jobs())),
                own,
                bench.idle().cpus(),
                docker.concurrency());
    }

    private static Bill one(Contender contender, int jobs, Accountant accountant)
            throws InterruptedException {
        var window =
                new Window<>(
                        Window.leadOf(jobs),
                        jobs,
                        () -> new Bill.Look(System.nanoTime(), accountant.now()));
        contender.run(window);
        return Bill.of(window, jobs);
    }

    /** The launcher tells where Kafka and PostgreSQL are, so that it has to be one of ours. */
    private static KilnProcesses processes(MeasuredKiln kiln, Proc proc) {
        return KilnProcesses.listeningOn(kiln.port(), proc)
                .filter(found -> isLauncher(found, kiln, proc))
                .orElseThrow(
                        () ->
                                new CliException(
                                        "no Kiln that ./kiln started on this host listens on port %d, so that nobody can tell what its parts spend: leave out --server, or name one of ./kiln up"
                                                .formatted(kiln.port())));
    }

    private static boolean isLauncher(KilnProcesses found, MeasuredKiln kiln, Proc proc) {
        return kiln.own().isPresent()
                || proc.arguments(found.launcher()).contains("dev.kiln.cli.Main");
    }
}
