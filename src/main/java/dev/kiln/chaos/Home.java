package dev.kiln.chaos;

import dev.kiln.embedded.KilnHome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A worker's home directory, by which its containers are told from all others on the engine. */
final class Home implements AutoCloseable {
    private final Path root;

    /** A temporary one with the runner that this machine has. */
    Home(KilnHome machine) {
        try {
            root = Files.createTempDirectory("kiln-chaos-");
            Path runner = machine.root().resolve("runner").toRealPath();
            Files.createSymbolicLink(root.resolve("runner"), runner);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a home for a worker", e);
        }
    }

    Path root() {
        return root;
    }

    /** What workers leave there that did not clean up: inputs of jobs, signs of life. */
    List<Path> left() {
        return Stream.of("jobs", "workers").map(root::resolve).flatMap(Home::files).toList();
    }

    private static Stream<Path> files(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Stream.of();
        }
        try (var files = Files.list(folder)) {
            return files.toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try (var files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
