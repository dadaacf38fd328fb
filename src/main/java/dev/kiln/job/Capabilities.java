package dev.kiln.job;

import java.util.Set;

/**
 * What a worker can run.
 *
 * @param languages those whose image is on its host
 * @param images those besides that a job may ask for and that are on its host
 * @param network whether jobs that need a network may run there
 * @param cpus the processors it can give to one job; at least 1
 * @param memoryBytes what its running jobs may have together, and so the most for one; greater than
 *     zero
 */
public record Capabilities(
        Set<String> languages, Set<String> images, boolean network, int cpus, long memoryBytes) {
    public Capabilities {
        languages = Set.copyOf(languages);
        images = Set.copyOf(images);
        if (cpus < 1) {
            throw new IllegalArgumentException("cpus must be >= 1: " + cpus);
        }
        if (memoryBytes < 1) {
            throw new IllegalArgumentException("memoryBytes must be > 0: " + memoryBytes);
        }
    }
}
