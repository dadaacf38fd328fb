package dev.kiln.cli.bench;

import dev.kiln.bench.docker.Baseline;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How many containers at once give a baseline most jobs per second.
 *
 * @param best so many
 * @param tried jobs per second by how many were run at once; empty where it was not searched for
 */
record BestConcurrency(int best, SortedMap<Integer, Double> tried) {

    private static final int FEWEST = 2;
    private static final int MOST = 6;
    private static final int JOBS = 24;

    /** One that somebody has chosen. */
    static BestConcurrency chosen(int concurrency) {
        return new BestConcurrency(concurrency, new TreeMap<>());
    }

    /** Tries each one shortly. */
    static BestConcurrency search(Baseline baseline) throws InterruptedException {
        var tried = new TreeMap<Integer, Double>();
        for (int concurrency = FEWEST; concurrency <= MOST; concurrency++) {
            var pass =
                    new DockerContender(baseline, concurrency, Task.HELLO)
                            .measure(JOBS, concurrency);
            tried.put(concurrency, pass.jobsPerSecond());
        }
        return of(tried);
    }

    static BestConcurrency of(SortedMap<Integer, Double> tried) {
        int best = tried.firstKey();
        for (var each : tried.entrySet()) {
            if (each.getValue() > tried.getOrDefault(best, 0.0)) {
                best = each.getKey();
            }
        }
        return new BestConcurrency(best, tried);
    }
}
