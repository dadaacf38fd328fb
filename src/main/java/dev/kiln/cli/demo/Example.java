package dev.kiln.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.cli.client.CliException;
import dev.kiln.cli.client.Json;
import dev.kiln.job.JobId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * One line of the example batch.
 *
 * @param id made here, since a producer names its jobs
 * @param document the line as it stands in the file
 */
record Example(String id, String name, String language, Expectation expectation, String document) {

    /** The lines of the file. */
    static List<Example> read(Path file) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> !line.isBlank())
                    .map(Example::parse)
                    .toList();
        } catch (IOException e) {
            throw new CliException(
                    "cannot read the examples in %s: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static Example parse(String line) {
        var document =
                Json.parse(line.getBytes(StandardCharsets.UTF_8))
                        .orElseThrow(() -> new CliException("an example is not JSON: " + line));
        return new Example(
                JobId.next(Instant.now()).toString(),
                text(document, "/labels/name"),
                text(document, "/language"),
                Expectation.parse(text(document, "/labels/expect")),
                line);
    }

    private static String text(JsonNode document, String pointer) {
        var text = document.at(pointer);
        if (!text.isTextual()) {
            throw new CliException("an example lacks %s: %s".formatted(pointer, document));
        }
        return text.asText();
    }
}
