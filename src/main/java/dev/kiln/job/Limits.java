package dev.kiln.job;

import java.time.Duration;

/**
 * What one run of a program may use at most.
 *
 * @param wall time from the runner's "started" to the kill; greater than zero
 * @param memoryBytes the sandbox's memory without swap, tmpfs included; greater than zero
 * @param cpus processors' worth of time, fractions allowed; greater than zero
 * @param pids processes and threads of the program at once; at least 1
 * @param outputBytes bytes kept of each of stdout and stderr; zero or more. What is produced beyond
 *     is counted and dropped
 * @param diskBytes size of the writable /tmp; greater than zero
 */
public record Limits(
        Duration wall, long memoryBytes, double cpus, int pids, long outputBytes, long diskBytes) {
    public Limits {
        if (!wall.isPositive()) {
            throw new IllegalArgumentException("wall must be > 0: " + wall);
        }
        if (memoryBytes <= 0) {
            throw new IllegalArgumentException("memoryBytes must be > 0: " + memoryBytes);
        }
        if (!(cpus > 0) || Double.isInfinite(cpus)) {
            throw new IllegalArgumentException("cpus must be > 0 and finite: " + cpus);
        }
        if (pids < 1) {
            throw new IllegalArgumentException("pids must be >= 1: " + pids);
        }
        if (outputBytes < 0) {
            throw new IllegalArgumentException("outputBytes must be >= 0: " + outputBytes);
        }
        if (diskBytes <= 0) {
            throw new IllegalArgumentException("diskBytes must be > 0: " + diskBytes);
        }
    }
}
