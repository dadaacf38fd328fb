package dev.kiln.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The live objects of a JVM of this host: its heap after a collection that this asks for. */
final class ServerHeap {

    private static final Pattern USED =
            Pattern.compile("(?m)^jvm_memory_used_bytes\\{[^}]*area=\"heap\"[^}]*} ([0-9.E+]+)$");

    private ServerHeap() {}

    /**
     * In bytes.
     *
     * @param pid of a process of this user
     * @param metrics its metrics as Kiln has them, read after the collection
     * @return nothing when it cannot be asked to collect
     */
    static OptionalLong afterCollection(long pid, Metrics metrics)
            throws IOException, InterruptedException {
        return collect(pid) ? OptionalLong.of(used(metrics.read())) : OptionalLong.empty();
    }

    /** Where its metrics are. */
    @FunctionalInterface
    interface Metrics {
        String read() throws IOException, InterruptedException;
    }

    private static boolean collect(long pid) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(jcmd)) {
            return false;
        }
        var process =
                new ProcessBuilder(jcmd.toString(), Long.toString(pid), "GC.run")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return false;
        }
        return process.exitValue() == 0;
    }

    /** The sum of the parts of the heap in such a text. */
    static long used(String metrics) {
        return USED.matcher(metrics)
                .results()
                .mapToLong(match -> (long) Double.parseDouble(match.group(1)))
                .sum();
    }
}
