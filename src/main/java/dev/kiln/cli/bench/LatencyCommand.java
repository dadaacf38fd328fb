package dev.kiln.cli.bench;

import dev.kiln.bench.docker.ContainerProgram;
import dev.kiln.bench.docker.Oneshot;
import dev.kiln.cli.client.CliException;
import dev.kiln.cli.terminal.Terminal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures how long one small job takes when there is nothing else to do. */
@Command(
        name = "latency",
        description =
                "Measure how long a hello job takes from its submission until its end is seen, one at a time: over HTTP at a rate and back to back, by the topics, and with Docker alone. The exit code is 1 if a job failed.",
        mixinStandardHelpOptions = true)
final class LatencyCommand extends Benchmark {

    private static final int JOBS_PER_BLOCK = 20;
    private static final int MOST_BLOCKS = 5;

    @Option(
            names = "--jobs",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many in each way (default: ${DEFAULT-VALUE}).")
    private int jobs;

    @Option(
            names = "--rate",
            paramLabel = "R",
            defaultValue = "1",
            description =
                    "Jobs per second where they are paced, fractions allowed (default: ${DEFAULT-VALUE}).")
    private double rate;

    LatencyCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    String name() {
        return "latency";
    }

    @Override
    void check(BenchOptions common) {
        BenchOptions.require("--jobs", jobs, 1, 100_000);
        if (!(rate >= 0.01 && rate <= 1000)) {
            throw new CliException("--rate is 0.01 to 1000 jobs per second, not " + rate);
        }
    }

    /**
     * By turns, in an order that turns round each time: a machine that drifts, or that one way
     * leaves busy or warm, is so for all of them.
     */
    @Override
    Report measure(Bench bench) throws InterruptedException {
        var door = new HttpDoor(bench.kiln().client());
        var interval = Duration.ofNanos((long) (1e9 / rate));
        var http = http(door);
        var paced = new Way(new Series("kiln, HTTP, %s jobs/s".formatted(rate)), interval, http);
        var flat = new Way(new Series("kiln, HTTP, back to back"), Duration.ZERO, http);
        var oneshot = new Way(new Series("docker-oneshot"), Duration.ZERO, docker(bench));
        try (var topics = topics(bench.kiln().bootstrapServers())) {
            var ways = new ArrayList<>(List.of(paced, flat, oneshot));
            Optional<Way> topic =
                    Optional.ofNullable(topics)
                            .map(each -> new Way(series(rate), interval, topic(each)));
            topic.ifPresent(ways::addFirst);
            int blocks = run(ways, bench);
            return new LatencyReport(
                    paced.series(),
                    flat.series(),
                    topic.map(Way::series),
                    oneshot.series(),
                    rate,
                    blocks,
                    door.how());
        }
    }

    private static Series series(double rate) {
        return new Series("kiln, topic to topic, %s jobs/s".formatted(rate));
    }

    private static @Nullable TopicDoor topics(Optional<String> bootstrapServers) {
        return bootstrapServers.map(TopicDoor::new).orElse(null);
    }

    private int run(List<Way> ways, Bench bench) throws InterruptedException {
        int blocks = Math.clamp(Math.ceilDiv(jobs, JOBS_PER_BLOCK), 1, MOST_BLOCKS);
        for (int block = 0; block < blocks; block++) {
            // The first blocks take what does not divide.
            int share = jobs / blocks + (block < jobs % blocks ? 1 : 0);
            for (var way : ways) {
                bench.progress()
                        .show(
                                "block %d of %d: %d of %s"
                                        .formatted(block + 1, blocks, share, way.series().name()));
                settle(way);
                way.run(share);
            }
            Collections.reverse(ways);
        }
        return blocks;
    }

    /** What is paced begins on a host that has come to rest. */
    private static void settle(Way way) throws InterruptedException {
        Thread.sleep(way.interval().multipliedBy(2));
    }

    private static Way.Job http(HttpDoor door) {
        return () -> {
            long start = System.nanoTime();
            var job = door.run();
            return Way.Took.since(start, HelloJob.good(job));
        };
    }

    private static Way.Job topic(TopicDoor topics) {
        return () -> {
            long start = System.nanoTime();
            var end = TopicDoor.await(topics.send(HelloJob.submission()));
            return new Way.Took(
                    Duration.ofNanos(end.nanos() - start), end.good(HelloJob.OUTPUT.length()));
        };
    }

    private static Way.Job docker(Bench bench) {
        var oneshot = new Oneshot(bench.engine());
        return () -> {
            long start = System.nanoTime();
            String output = oneshot.run(ContainerProgram.HELLO);
            return Way.Took.since(start, output.equals(HelloJob.OUTPUT));
        };
    }
}
