package dev.kiln.cli.bench.peers;

import dev.kiln.cli.client.CliException;
import dev.kiln.embedded.Leash;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * A folder outside the work tree in which one platform's package manager installs what the drivers
 * in the work tree ask for.
 *
 * @param sources the drivers and the list of packages, in the work tree
 * @param folder where they are copied to and installed
 * @param log what the package manager says
 */
record Workshop(Path sources, Path folder, Path log) {

    private static final String STAMP = ".installed";

    /**
     * Copies the sources and runs the package manager on them, unless that has been done with these
     * very sources.
     *
     * @param tool the package manager and what it is told
     * @param environment what it gets besides this process's own
     * @throws CliException when it cannot be done
     */
    void install(List<String> tool, Map<String, String> environment) {
        try {
            String wanted = fingerprint();
            Path stamp = folder.resolve(STAMP);
            if (Files.exists(stamp) && Files.readString(stamp).equals(wanted)) {
                return;
            }
            Files.deleteIfExists(stamp);
            copy();
            run(tool, environment);
            Files.writeString(stamp, wanted);
        } catch (IOException e) {
            throw new CliException(
                    "cannot install the peers in %s: %s".formatted(folder, e.getMessage()), e);
        }
    }

    private void run(List<String> tool, Map<String, String> environment) throws IOException {
        Files.createDirectories(log.getParent());
        var builder =
                new ProcessBuilder(tool)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                        .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        var process = Leash.start(builder, "TERM", List.of());
        try {
            int exitCode = process.waitFor();
            if (exitCode != 0) {
                throw new CliException(
                        "`%s` in %s ended with exit code %d (its log: %s): mend what it says, or leave its peers out with --only"
                                .formatted(String.join(" ", tool), folder, exitCode, log));
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new CliException("interrupted while peers were being installed", e);
        }
    }

    /** Whether a folder of the search path has such a program. */
    static boolean isOnPath(String program, String searchPath) {
        return Arrays.stream(searchPath.split(File.pathSeparator))
                .filter(folder -> !folder.isBlank())
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private void copy() throws IOException {
        try (var files = Files.walk(sources)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = folder.resolve(sources.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** Of the sources, names and contents. */
    private String fingerprint() throws IOException {
        try (var files = Files.walk(sources)) {
            var digest = MessageDigest.getInstance("SHA-256");
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String name = sources.relativize(file) + "\n";
                digest.update(name.getBytes(StandardCharsets.UTF_8));
                digest.update(Files.readAllBytes(file));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
