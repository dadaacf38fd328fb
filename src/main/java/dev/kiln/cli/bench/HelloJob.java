package dev.kiln.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.client.PolledJob;
import java.util.Optional;

/** The smallest job there is. */
final class HelloJob {

    /** What it writes. */
    static final String OUTPUT = "hello\n";

    private HelloJob() {}

    static ObjectNode submission() {
        return Json.object().put("language", "python").put("code", "print('hello')");
    }

    /** Whether it did what it is there for. */
    static boolean good(PolledJob job) {
        return job.succeeded() && job.stdout().equals(OUTPUT);
    }

    /** What isolated it, with its version. */
    static Optional<String> runtime(PolledJob job) {
        return job.result()
                .map(result -> result.path("runtime"))
                .filter(runtime -> runtime.hasNonNull("name"))
                .map(
                        runtime ->
                                runtime.path("name").asText()
                                        + " "
                                        + runtime.path("version").asText(""));
    }
}
