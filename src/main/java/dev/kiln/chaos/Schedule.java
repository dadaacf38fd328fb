package dev.kiln.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * All faults of a run, decided before it starts.
 *
 * @param strikes in order of time
 */
record Schedule(List<Strike> strikes) {
    private static final Duration FIRST = Duration.ofSeconds(4);
    private static final int LEAST_GAP_MS = 1500;
    private static final int MOST_GAP_MS = 6500;

    /** What each kind of fault is like, and how often it comes. */
    private static final List<Function<Random, Fault>> KINDS =
            List.of(
                    random -> new ProcessFault.KillWorker(worker(random), ms(random, 0, 4000)),
                    random -> new ProcessFault.KillWorker(worker(random), ms(random, 0, 4000)),
                    random -> new ProcessFault.PauseWorker(worker(random), beyondALease(random)),
                    random -> new ProcessFault.PauseWorker(worker(random), beyondALease(random)),
                    random -> new ProcessFault.DrainWorker(worker(random)),
                    random -> new ProcessFault.KillDoors(ms(random, 0, 3000)),
                    random -> new ServerFault.RestartBroker(ms(random, 0, 6000)),
                    random -> new ServerFault.RestartDatabase(ms(random, 0, 12_000)),
                    _ -> new ServerFault.TerminateBackends(),
                    random -> new ContainerFault(worker(random), how(random), random.nextInt(100)),
                    random -> new ContainerFault(worker(random), how(random), random.nextInt(100)),
                    random -> new LinkFault.CutEngine(worker(random), ms(random, 500, 8000)),
                    random -> new LinkFault.CutDatabase(process(random), ms(random, 500, 12_000)),
                    random -> new LinkFault.HoldDatabase(process(random), ms(random, 500, 14_000)),
                    random ->
                            new LinkFault.DelayDatabase(
                                    process(random), ms(random, 5, 60), ms(random, 2000, 8000)),
                    random -> new LinkFault.LoseCommits(process(random), random.nextInt(1, 13)),
                    random -> new LinkFault.LoseCommits(process(random), random.nextInt(1, 13)),
                    _ -> new ReplayTopic());

    /** A fault and when it comes. */
    record Strike(Duration at, Fault fault) {}

    Schedule {
        strikes = List.copyOf(strikes);
    }

    /** The faults that this seed stands for: each kind before any kind again. */
    static Schedule of(long seed, Duration duration) {
        var random = new Random(seed);
        List<Strike> strikes = new ArrayList<>();
        List<Function<Random, Fault>> left = new ArrayList<>();
        for (Duration at = FIRST;
                at.compareTo(duration) < 0;
                at = at.plus(ms(random, LEAST_GAP_MS, MOST_GAP_MS))) {
            if (left.isEmpty()) {
                left.addAll(KINDS);
                Collections.shuffle(left, random);
            }
            strikes.add(new Strike(at, left.removeLast().apply(random)));
        }
        return new Schedule(strikes);
    }

    private static int worker(Random random) {
        return random.nextInt(Cluster.WORKERS);
    }

    private static int process(Random random) {
        return random.nextInt(LinkFault.DOORS + 1);
    }

    private static Duration ms(Random random, int least, int most) {
        return Duration.ofMillis(random.nextInt(least, most));
    }

    private static Duration beyondALease(Random random) {
        return ClusterPlan.LEASE.plus(ms(random, 1000, 7000));
    }

    private static ContainerFault.How how(Random random) {
        var all = ContainerFault.How.values();
        return all[random.nextInt(all.length)];
    }
}
