package dev.kiln.cli.bench.peers;

import dev.kiln.cli.bench.peers.Plan.Setting;

/**
 * One burn-down.
 *
 * @param number 1 for the first that counts
 * @param nanos from the first job's start to the last one's end
 */
record Window(Setting setting, Contender contender, int number, int jobs, long nanos) {

    Window {
        if (jobs < 1 || nanos < 1) {
            throw new IllegalArgumentException(
                    "no burn-down: %d jobs, %d ns".formatted(jobs, nanos));
        }
    }

    double jobsPerSecond() {
        return jobs / (nanos / 1e9);
    }
}
