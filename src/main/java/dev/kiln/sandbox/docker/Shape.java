package dev.kiln.sandbox.docker;

import dev.kiln.job.Limits;
import java.time.Duration;

/**
 * What is fixed when a container is made: jobs of one shape can be served by any container of that
 * shape.
 *
 * @param image what it is made from
 * @param runtime what isolates it
 * @param limits those that the engine sets; of the others none
 * @param command whose interpreter is started in it
 */
record Shape(Image image, ContainerRuntime runtime, Limits limits, LaunchCommand command) {
    Shape {
        limits = ofContainer(limits);
    }

    /** The limits without those that worker and runner watch over: time and output. */
    static Limits ofContainer(Limits limits) {
        return new Limits(
                Duration.ofSeconds(1),
                limits.memoryBytes(),
                limits.cpus(),
                limits.pids(),
                0,
                limits.diskBytes());
    }
}
