package dev.kiln.cli.bench.queue;

import java.time.Duration;
import java.time.Instant;

/**
 * Some jobs that were moved.
 *
 * @param jobs how many
 * @param took from the first record or claim to the last event or finish
 * @param begin when it began, on this host's clock
 * @param cpu whose processor time it cost
 */
record Window(int jobs, Duration took, Instant begin, Instant end, CpuMeter.Cpu cpu) {
    double perSecond() {
        return jobs / (took.toNanos() / 1e9);
    }

    double micros(Duration spent) {
        return spent.toNanos() / 1e3 / jobs;
    }
}
