package dev.kiln.bench.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Files that the kernel makes up when they are read, and that vanish with what they tell of. */
final class Kernel {

    private Kernel() {}

    /** The file's text; empty when what it tells of is gone, or may not be looked at. */
    static Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(file));
        } catch (IOException | UncheckedIOException gone) {
            return Optional.empty();
        }
    }

    /** The number that is all of the text. */
    static Optional<Long> number(String text) {
        String digits = text.strip();
        return digits.matches("[0-9]{1,18}")
                ? Optional.of(Long.parseLong(digits))
                : Optional.empty();
    }

    /** The number in the line that begins with this name, whatever unit follows it. */
    static Optional<Long> field(String text, String name) {
        return text.lines()
                .map(line -> line.split("\\s+"))
                .filter(words -> words.length > 1 && words[0].equals(name))
                .findFirst()
                .flatMap(words -> number(words[1]));
    }
}
