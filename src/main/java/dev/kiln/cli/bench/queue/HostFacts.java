package dev.kiln.cli.bench.queue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.cli.client.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * What must be known to compare a measurement with another one.
 *
 * @param commit of this build's source, or "unknown"
 * @param postgres its version
 * @param synchronousCommit its setting, and that of {@code fsync}
 */
record HostFacts(
        String commit, int cpus, String kernel, String postgres, String synchronousCommit) {

    static String commitOf(Path root) {
        try {
            var git =
                    new ProcessBuilder("git", "-C", root.toString(), "rev-parse", "--short", "HEAD")
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            String answer =
                    new String(git.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                            .strip();
            return answer.matches("[0-9a-f]{7,40}") ? answer : "unknown";
        } catch (IOException noGit) {
            return "unknown";
        }
    }

    ObjectNode json() {
        return Json.object()
                .put("commit", commit)
                .put("cpus", cpus)
                .put("kernel", kernel)
                .put("postgres", postgres)
                .put("synchronous_commit", synchronousCommit);
    }

    String words() {
        return "host: %d cpus, Linux %s, PostgreSQL %s, synchronous_commit %s, Kiln %s%n"
                .formatted(cpus, kernel, postgres, synchronousCommit, commit);
    }
}
