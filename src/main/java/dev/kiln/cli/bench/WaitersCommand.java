package dev.kiln.cli.bench;

import dev.kiln.bench.host.Proc;
import dev.kiln.cli.client.CliException;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.terminal.Terminal;
import java.time.Duration;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures what it costs a server that thousands wait for a job. */
@Command(
        name = "waiters",
        description =
                "Measure what requests cost the server that wait for a job, and how soon all are answered when it ends. The exit code is 1 if one was not.",
        mixinStandardHelpOptions = true)
final class WaitersCommand extends Benchmark {

    private static final Duration REST = Duration.ofSeconds(5);
    private static final Duration ANSWERS = Duration.ofMinutes(2);
    private static final int FIRST = 200;

    @Option(
            names = "--waiters",
            paramLabel = "N",
            defaultValue = "10000",
            description =
                    "How many wait at once, each on a connection of its own (default: ${DEFAULT-VALUE}); both ends must be allowed as many open files (ulimit -n).")
    private int waiters;

    WaitersCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    String name() {
        return "waiters";
    }

    @Override
    void check(BenchOptions common) {
        BenchOptions.require("--waiters", waiters, 1, 25_000);
    }

    @Override
    Report measure(Bench bench) throws Exception {
        var proc = Proc.ofThisHost();
        long server =
                proc.listener(bench.kiln().port())
                        .orElseThrow(
                                () ->
                                        new CliException(
                                                "no process of this host listens on port %d, so that its memory cannot be seen: leave out --server, or name one of this host"
                                                        .formatted(bench.kiln().port())));
        // The first ones pay for code that is run for the first time.
        try (var first = waiting(bench)) {
            first.waiters().add(FIRST);
            end(bench, first);
        }
        try (var all = waiting(bench)) {
            bench.progress().show("looking at the server before");
            Thread.sleep(REST);
            OptionalLong heapBefore = heap(server, all.waiters());
            long before = proc.resident(server).orElse(0L);
            bench.progress().show("%d requests begin to wait".formatted(waiters));
            all.waiters().add(waiters);
            Thread.sleep(REST);
            long answeredEarly = all.waiters().over();
            long during = proc.resident(server).orElse(0L);
            OptionalLong heapDuring = heap(server, all.waiters());
            bench.progress().show("their job ends");
            long start = System.nanoTime();
            int answered = end(bench, all);
            var took = Duration.ofNanos(System.nanoTime() - start);
            return new WaitersReport(
                    waiters,
                    waiters - answered,
                    answeredEarly,
                    during - before,
                    heapBefore.isPresent() && heapDuring.isPresent()
                            ? OptionalLong.of(heapDuring.getAsLong() - heapBefore.getAsLong())
                            : OptionalLong.empty(),
                    took);
        }
    }

    /** Who waits for a job, and its id. */
    private record Waiting(Waiters waiters, String id) implements AutoCloseable {
        @Override
        public void close() {
            waiters.close();
        }
    }

    /** For a job that no worker takes, so that nothing but the waiting is measured. */
    private static Waiting waiting(Bench bench) throws InterruptedException {
        var never =
                Json.object()
                        .put("language", "python")
                        .put("code", "pass")
                        .put("run_at", "2999-01-01T00:00:00Z");
        String id = bench.kiln().client().submit(never).path("id").asText();
        return new Waiting(new Waiters(bench.kiln().client(), id), id);
    }

    private static int end(Bench bench, Waiting waiting) throws InterruptedException {
        bench.kiln().client().cancel(waiting.id());
        return waiting.waiters().cancelled(ANSWERS);
    }

    private static OptionalLong heap(long server, Waiters waiters) throws Exception {
        return ServerHeap.afterCollection(server, () -> waiters.get("q/metrics"));
    }
}
