package dev.kiln.cli.bench;

import dev.kiln.bench.docker.ContainerProgram;
import java.util.List;

/**
 * Something to run in a container, and what it writes when all is well.
 *
 * @param program what runs
 * @param output the whole of its standard output
 */
record Task(ContainerProgram program, String output) {

    /** The smallest program there is. */
    static final List<Task> HELLO = List.of(new Task(ContainerProgram.HELLO, HelloJob.OUTPUT));
}
