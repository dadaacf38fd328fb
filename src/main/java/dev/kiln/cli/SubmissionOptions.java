package dev.kiln.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.cli.client.Content;
import dev.kiln.cli.client.KilnClient;
import dev.kiln.cli.program.ProgramOptions;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A program and whose job it is to be, as a command line says it. */
final class SubmissionOptions {
    /** The largest context that comes along; a larger one is worth its own request. */
    private static final int INLINE = 1 << 20;

    @Mixin private ProgramOptions program;

    @Option(
            names = "--label",
            paramLabel = "KEY=VALUE",
            description = "A label; repeat it for more.")
    private Map<String, String> labels = new LinkedHashMap<>();

    @Option(names = "--batch", paramLabel = "NAME", description = "The batch it belongs to.")
    private @Nullable String batch;

    @Option(names = "--tenant", paramLabel = "NAME", description = "Whose job it is.")
    private @Nullable String tenant;

    @Option(
            names = "--priority",
            paramLabel = "N",
            description = "Higher is started first; usually 0.")
    private @Nullable Integer priority;

    /** The document; reads the files that the command line names, and uploads a large context. */
    ObjectNode submission(InputStream standardInput, KilnClient client)
            throws InterruptedException {
        var json =
                program.submission(
                        standardInput,
                        content ->
                                content.length > INLINE
                                        ? client.putContext(content, tenant)
                                        : Content.context(content));
        if (!labels.isEmpty()) {
            labels.forEach(json.withObject("labels")::put);
        }
        put(json, "batch", batch);
        put(json, "tenant", tenant);
        if (priority != null) {
            json.put("priority", priority);
        }
        return json;
    }

    private static void put(ObjectNode json, String field, @Nullable String value) {
        if (value != null) {
            json.put(field, value);
        }
    }
}
