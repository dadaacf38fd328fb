package dev.kiln.testing;

import dev.kiln.embedded.KilnHome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/**
 * A home directory of a test's own with the runner of this host in it: by it the test's containers
 * are told from all others.
 */
public final class WorkerHome implements AutoCloseable {
    private final Path root;

    public WorkerHome() {
        try {
            root = Files.createTempDirectory("kiln-home-");
            Path runner = KilnHome.of(System.getenv()).root().resolve("runner").toRealPath();
            Files.createSymbolicLink(root.resolve("runner"), runner);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path path() {
        return root;
    }

    /** The containers that workers of this home have now, running or not. */
    public List<String> containers() {
        return listed("--all");
    }

    /** Those of them that run. */
    public List<String> running() {
        return listed("--filter=status=running");
    }

    private List<String> listed(String which) {
        try {
            var docker =
                    new ProcessBuilder(
                                    "docker",
                                    "ps",
                                    which,
                                    "--quiet",
                                    "--filter",
                                    "label=dev.kiln.home=" + root)
                            .start();
            try (var out = docker.getInputStream()) {
                return new String(out.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try (var files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
