package dev.kiln.cli.bench.peers;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What must be known of a machine to compare its figures with another's.
 *
 * @param cpus processors
 * @param memoryBytes main memory
 * @param kernel Linux's version
 * @param java the version of the JVM that Kiln and the Java peers run on
 * @param load how many processes wanted to run before the measurement, by the minute's average
 * @param commit of Kiln's work tree, with a plus when that has changes; "unknown" without git
 * @param postgres the server's settings
 */
record Host(
        int cpus,
        long memoryBytes,
        String kernel,
        String java,
        double load,
        String commit,
        Map<String, String> postgres) {

    private static final Path LOAD = Path.of("/proc/loadavg");
    private static final Path MEMORY = Path.of("/proc/meminfo");

    /** This one. */
    static Host here(Map<String, String> given, Map<String, String> postgres) {
        return new Host(
                Runtime.getRuntime().availableProcessors(),
                memory(),
                System.getProperty("os.version"),
                Runtime.version().toString(),
                loadAverage(),
                commit(given.getOrDefault("KILN_ROOT", ".")),
                postgres);
    }

    private static double loadAverage() {
        return Double.parseDouble(read(LOAD, "0").split(" ")[0]);
    }

    private static long memory() {
        return read(MEMORY, "")
                .lines()
                .filter(line -> line.startsWith("MemTotal:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElse(0);
    }

    private static String read(Path file, String otherwise) {
        try {
            return Files.readString(file);
        } catch (IOException notLinux) {
            return otherwise;
        }
    }

    private static String commit(String root) {
        String hash = git(root, "rev-parse", "--short=12", "HEAD");
        if (hash.isEmpty()) {
            return "unknown";
        }
        return git(root, "status", "--porcelain", "--untracked-files=no").isEmpty()
                ? hash
                : hash + "+";
    }

    private static String git(String root, String... words) {
        var command = new ArrayList<>(List.of("git", "-C", root));
        command.addAll(List.of(words));
        try {
            var process =
                    new ProcessBuilder(command)
                            .redirectInput(new File("/dev/null"))
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? said.strip() : "";
        } catch (IOException noGit) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
