package dev.kiln.cli.bench.peers;

import dev.kiln.cli.bench.peers.Plan.Setting;
import dev.kiln.cli.bench.peers.Results.Run;
import dev.kiln.embedded.DatabaseAccess;
import dev.kiln.embedded.Teardown;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Measures all contenders by turns. For each setting every contender gets a new database and a new
 * process, which stays for all windows of that setting: nobody pays for a cold start.
 */
final class Comparison {

    private final Plan plan;
    private final Databases databases;
    private final QueueStart queues;
    private final Consumer<String> progress;
    private final List<Window> windows = new ArrayList<>();
    private final Map<Run, JobQueue.Facts> facts = new HashMap<>();

    /** Starts a contender's process on its database, and waits until it is ready. */
    interface QueueStart {
        JobQueue start(Run run, DatabaseAccess database, Teardown teardown)
                throws InterruptedException;
    }

    Comparison(Plan plan, Databases databases, QueueStart queues, Consumer<String> progress) {
        this.plan = plan;
        this.databases = databases;
        this.queues = queues;
        this.progress = progress;
    }

    /** Measures everything; what it starts is stopped by the teardown, or before. */
    Results run(Teardown all) throws InterruptedException {
        for (Setting setting : plan.settings()) {
            try (var teardown = all.start(Teardown::new)) {
                measure(setting, teardown);
            }
        }
        return new Results(plan, facts, windows);
    }

    private void measure(Setting setting, Teardown teardown) throws InterruptedException {
        var started = new EnumMap<Contender, JobQueue>(Contender.class);
        for (Contender contender : plan.contenders()) {
            var run = new Run(setting, contender);
            progress.accept("%s: start %s".formatted(inWords(setting), contender.label()));
            var queue = queues.start(run, databases.fresh(contender), teardown);
            started.put(contender, queue);
            facts.put(run, queue.facts());
        }
        for (int number = 0; number <= plan.windows(); number++) {
            for (var each : started.entrySet()) {
                window(setting, each.getKey(), each.getValue(), number);
            }
        }
    }

    /** Number 0 is the one to warm up with. */
    private void window(Setting setting, Contender contender, JobQueue queue, int number)
            throws InterruptedException {
        int jobs = number == 0 ? plan.warmUp() : plan.jobs();
        String name = number == 0 ? "warm-up" : "window %d of %d".formatted(number, plan.windows());
        progress.accept(
                "%s: %s, %s: load %,d jobs"
                        .formatted(inWords(setting), name, contender.label(), jobs));
        queue.load(jobs);
        databases.settle(contender);
        var window = new Window(setting, contender, number, jobs, queue.burnDown(jobs));
        progress.accept(
                "%s: %s, %s: %,.0f jobs/s"
                        .formatted(
                                inWords(setting), name, contender.label(), window.jobsPerSecond()));
        if (number > 0) {
            windows.add(window);
        }
    }

    private static String inWords(Setting setting) {
        return "%s, %d at once".formatted(setting.handler().label(), setting.concurrency());
    }
}
