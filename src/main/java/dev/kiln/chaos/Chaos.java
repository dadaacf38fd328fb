package dev.kiln.chaos;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** One run: load and faults after their plans, then quiet, then the invariants. */
public final class Chaos {
    /** How long nothing at all may come to an end before the wait for quiet is given up. */
    private static final Duration STUCK = Duration.ofMinutes(3);

    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration TOLD_EVERY = Duration.ofSeconds(10);

    private final long seed;
    private final Duration duration;
    private final Load load;
    private final Schedule schedule;
    private final Map<String, String> environment;
    private final Consumer<String> progress;
    private final Journal journal = new Journal();
    private long startNanos;

    Chaos(
            long seed,
            Duration duration,
            Load load,
            Schedule schedule,
            Map<String, String> environment,
            Consumer<String> progress) {
        this.seed = seed;
        this.duration = duration;
        this.load = load;
        this.schedule = schedule;
        this.environment = Map.copyOf(environment);
        this.progress = progress;
    }

    /**
     * The run that a seed stands for.
     *
     * @param duration for how long there are load and faults; starting and stopping come on top
     * @param environment this process's, which says where Kiln and Java are
     * @param progress is told what happens, line by line
     */
    public static Chaos of(
            long seed,
            Duration duration,
            Map<String, String> environment,
            Consumer<String> progress) {
        return new Chaos(
                seed,
                duration,
                Load.of(seed, duration),
                Schedule.of(seed, duration),
                environment,
                progress);
    }

    /**
     * Does it all, and leaves nothing running.
     *
     * @throws InterruptedException when it is to end early; nothing is left running then either
     */
    public ChaosReport run() throws InterruptedException, SQLException {
        startNanos = System.nanoTime();
        say("start Kafka, PostgreSQL, %d workers and their doors".formatted(Cluster.WORKERS));
        var cluster = Cluster.prepare(environment);
        var stop = new Thread(cluster::close, "stop-chaos");
        Runtime.getRuntime().addShutdownHook(stop);
        try {
            cluster.start();
            return harm(cluster);
        } finally {
            cluster.close();
            unhook(stop);
        }
    }

    private static void unhook(Thread stop) {
        try {
            Runtime.getRuntime().removeShutdownHook(stop);
        } catch (IllegalStateException endingAnyway) {
            // Then it does its work a second time, which does nothing.
        }
    }

    private ChaosReport harm(Cluster cluster) throws InterruptedException, SQLException {
        try (var topic = new JobTopic(cluster.backends().bootstrapServers());
                var http = new JobDoor(cluster.doors().url())) {
            var observer = new Observer(cluster.backends().access());
            var producer = new Producer(topic, http, journal);
            var scene = new Scene(cluster, journal, topic);
            startNanos = System.nanoTime();
            ExecutorService faults = Executors.newVirtualThreadPerTaskExecutor();
            ExecutorService jobs = Executors.newVirtualThreadPerTaskExecutor();
            try {
                bringIn(producer, jobs);
                strike(scene, faults);
                sleepUntil(duration);
                say("let the last faults pass");
                faults.close();
                cluster.heal();
                jobs.shutdown();
                awaitQuiet(cluster, producer, jobs);
            } finally {
                faults.shutdownNow();
                jobs.shutdownNow();
            }
            endAll(cluster);
            return judge(Evidence.of(cluster, producer.accepted(), observer.stop(), journal));
        }
    }

    private void bringIn(Producer producer, ExecutorService threads) {
        for (Arrival arrival : load.arrivals()) {
            threads.execute(() -> at(arrival.at(), arrival.id(), () -> producer.bringIn(arrival)));
        }
    }

    private void strike(Scene scene, ExecutorService threads) {
        for (Schedule.Strike strike : schedule.strikes()) {
            Fault fault = strike.fault();
            threads.execute(() -> at(strike.at(), fault.inWords(), () -> strike(scene, fault)));
        }
    }

    /**
     * Late when its process is busy with the end of another fault, and not at all when too late.
     */
    private void strike(Scene scene, Fault fault) throws InterruptedException {
        var node = fault.handles(scene.cluster());
        if (node.isPresent()) {
            node.get().handling().lockInterruptibly();
        }
        try {
            if (!isOver()) {
                say(fault.inWords());
                journal.struck(fault.inWords());
                strikeNow(scene, fault);
            }
        } finally {
            node.ifPresent(each -> each.handling().unlock());
        }
    }

    private void strikeNow(Scene scene, Fault fault) throws InterruptedException {
        if (!fault.troublesDatabase()) {
            fault.strike(scene);
            return;
        }
        journal.troubleBegins();
        try {
            fault.strike(scene);
        } finally {
            journal.troubleEnds();
        }
    }

    private boolean isOver() {
        return System.nanoTime() - startNanos >= duration.toNanos();
    }

    private interface Action {
        void run() throws InterruptedException;
    }

    private void at(Duration since, String what, Action action) {
        try {
            sleepUntil(since);
            action.run();
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failed) {
            journal.surprise("%s: %s".formatted(what, failed));
        }
    }

    private void sleepUntil(Duration since) throws InterruptedException {
        Thread.sleep(since.minusNanos(System.nanoTime() - startNanos));
    }

    /** Until everything is accepted and ended and told, or nothing moves any more. */
    private void awaitQuiet(Cluster cluster, Producer producer, ExecutorService threads)
            throws InterruptedException {
        var quiet = new Quiet(cluster.backends().access());
        Instant moved = Instant.now();
        Instant told = Instant.MIN;
        long before = -1;
        while (Instant.now().isBefore(moved.plus(STUCK))) {
            var state = quiet.look();
            long progressed = producer.accepted().size() + state.ended() - state.unsent();
            if (progressed != before) {
                moved = Instant.now();
                before = progressed;
            }
            if (threads.isTerminated() && state.isQuiet(producer.accepted().size())) {
                return;
            }
            if (Instant.now().isAfter(told.plus(TOLD_EVERY))) {
                say(
                        "wait for quiet: %d of %d jobs ended, %d events unsent"
                                .formatted(
                                        state.ended(), producer.accepted().size(), state.unsent()));
                told = Instant.now();
            }
            Thread.sleep(LOOK);
        }
        journal.surprise("nothing moved for " + STUCK.toMinutes() + " min");
    }

    private void endAll(Cluster cluster) {
        say("ask all processes to end");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            cluster.nodes().forEach(node -> threads.execute(() -> end(node)));
        }
    }

    private void end(Node node) {
        try {
            if (!node.isAlive()) {
                journal.surprise(node.name() + " ended by itself");
            } else if (!node.drain()) {
                journal.surprise(node.name() + " did not end well when asked to");
            }
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
    }

    private ChaosReport judge(Evidence evidence) {
        var checked =
                Stream.concat(JobInvariants.ALL.stream(), OutsideInvariants.ALL.stream())
                        .map(invariant -> invariant.check(evidence))
                        .toList();
        return ChaosReport.of(seed, duration.toSeconds(), evidence, checked);
    }

    private void say(String what) {
        long millis = (System.nanoTime() - startNanos) / 1_000_000;
        progress.accept("%6.1f s  %s".formatted(millis / 1000.0, what));
    }
}
