package dev.kiln.cli.bench;

import java.time.Duration;
import java.util.Optional;

/**
 * One window of one contender.
 *
 * @param jobs that were measured
 * @param failed how many of all that were run did not do what they are there for
 * @param took how long the measured ones took together
 * @param ticks processor time that the machine used meanwhile, by its ticks
 * @param exact the same by the scheduler, where the kernel tells that
 */
record Pass(int jobs, int failed, Duration took, Duration ticks, Optional<Duration> exact) {

    static Pass between(Moment first, Moment last, int jobs, int failed) {
        return new Pass(
                jobs,
                failed,
                Duration.ofNanos(last.nanos() - first.nanos()),
                last.ticks().minus(first.ticks()),
                last.exact().flatMap(end -> first.exact().map(begin -> end.minus(begin))));
    }

    double jobsPerSecond() {
        return Figures.ratio(jobs, Figures.seconds(took));
    }

    /** In seconds. */
    double cpuPerJob() {
        return Figures.seconds(ticks) / jobs;
    }

    /** In seconds. */
    Optional<Double> exactCpuPerJob() {
        return exact.map(time -> Figures.seconds(time) / jobs);
    }
}
