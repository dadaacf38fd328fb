package dev.kiln.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;

/** What a process of Kiln that logs JSON has logged. */
public final class LogLines {
    private static final ObjectMapper JSON = new ObjectMapper();

    private LogLines() {}

    /** The lines about a job; fails unless every line is JSON. */
    public static List<JsonNode> of(KilnProcess kiln, String job) {
        return kiln.output().stream()
                .map(LogLines::json)
                .filter(line -> line.at("/mdc/jobId").asText().equals(job))
                .toList();
    }

    private static JsonNode json(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON: " + line, e);
        }
    }
}
