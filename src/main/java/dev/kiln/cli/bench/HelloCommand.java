package dev.kiln.cli.bench;

import dev.kiln.cli.client.CliException;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.client.KilnClient;
import dev.kiln.cli.report.ExitCode;
import dev.kiln.cli.terminal.Progress;
import dev.kiln.cli.terminal.Steps;
import dev.kiln.cli.terminal.Terminal;
import dev.kiln.embedded.SingleMachine;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures throughput and latency with the smallest program there is. */
@Command(
        name = "hello",
        description =
                "Measure jobs per second and submit-to-result times, on a running Kiln or on one of its own.",
        mixinStandardHelpOptions = true)
final class HelloCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Option(
            names = "--jobs",
            defaultValue = "100",
            description = "How many (default: ${DEFAULT-VALUE}).")
    private int jobs;

    @Option(
            names = "--concurrency",
            defaultValue = "4",
            description = "How many at once (default: ${DEFAULT-VALUE}).")
    private int concurrency;

    @Option(
            names = "--server",
            paramLabel = "URL",
            description = "A running Kiln; without it one is started.")
    private @Nullable String server;

    @Option(names = "--json", description = "Print one line of JSON.")
    private boolean json;

    HelloCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        if (jobs < 1 || concurrency < 1) {
            throw new CliException("--jobs and --concurrency must be 1 or more");
        }
        if (server != null) {
            try (var client = KilnClient.of(server)) {
                return measure(client);
            }
        }
        var steps = new Steps(terminal);
        try (var machine = SingleMachine.temporary(System.getenv(), "bench")) {
            steps.run("start Kafka and PostgreSQL", machine::startBacking);
            steps.run("start Kiln", machine::startServer);
            try (var client = new KilnClient(machine.url())) {
                return measure(client);
            }
        }
    }

    private int measure(KilnClient client) throws InterruptedException {
        var report = load(new HelloLoad(client, concurrency));
        terminal.out().print(json ? Json.line(report.json()) + "\n" : report.inWords());
        return report.failures() == 0 ? ExitCode.SUCCEEDED : ExitCode.FAILED;
    }

    /**
     * Some unmeasured jobs come first: a server's very first ones are those of a JVM that has just
     * started.
     */
    private BenchReport load(HelloLoad hello) throws InterruptedException {
        try (var progress = new Progress(terminal)) {
            progress.show("warming up with %d jobs".formatted(concurrency));
            hello.run(concurrency);
            progress.show("measuring %d jobs".formatted(jobs));
            long start = System.nanoTime();
            var measured = hello.run(jobs);
            return new BenchReport(
                    measured, concurrency, Duration.ofNanos(System.nanoTime() - start));
        }
    }
}
