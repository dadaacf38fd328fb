package dev.kiln.bench.docker;

import java.util.List;

/**
 * A program as a container runs it without Kiln.
 *
 * @param image name of the image
 * @param command its executable and arguments; not empty
 */
public record ContainerProgram(String image, List<String> command) {

    /** The smallest program there is, by the interpreter alone. */
    public static final ContainerProgram HELLO =
            new ContainerProgram(
                    "kiln/python", List.of("/usr/bin/python3", "-c", "print('hello')"));

    /** Copies the command, and refuses one that is empty. */
    public ContainerProgram {
        command = List.copyOf(command);
        if (image.isBlank() || command.isEmpty()) {
            throw new IllegalArgumentException(
                    "no image or no command: '%s' %s".formatted(image, command));
        }
    }
}
