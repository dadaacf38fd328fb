package dev.kiln.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The server's refusals, problem documents by RFC 9457, in words. */
public final class Problems {

    private static final int EXCERPT = 200;

    private Problems() {}

    /** One line for each field at fault, after a line that says what they have in common. */
    static String inWords(int status, byte[] body) {
        return Json.parse(body)
                .filter(json -> json.has("title") || json.has("detail"))
                .map(json -> inWords(status, json))
                .orElseGet(() -> foreign(status, body));
    }

    private static String inWords(int status, JsonNode problem) {
        var lines = new ArrayList<String>();
        var fields = fields(problem.path("errors"));
        String title = problem.path("title").asText("");
        // With fields at fault the detail is a sentence made of them, and they are listed anyway.
        String head = fields.isEmpty() ? problem.path("detail").asText(title) : title;
        lines.add("Kiln refused this (%d): %s".formatted(status, head));
        lines.addAll(fields);
        return String.join("\n", lines);
    }

    /** "field: message", one line each; the field as a path with dots. */
    public static List<String> fields(JsonNode errors) {
        var lines = new ArrayList<String>();
        for (JsonNode error : errors) {
            String field =
                    error.path("pointer").asText("").replaceFirst("^[#/]+", "").replace('/', '.');
            String message = error.path("detail").asText(error.path("message").asText(""));
            String line =
                    error.hasNonNull("line") ? "line " + error.path("line").asInt() + ": " : "";
            lines.add("  " + line + (field.isEmpty() ? message : field + ": " + message));
        }
        return lines;
    }

    private static String foreign(int status, byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8).strip();
        String excerpt = text.length() > EXCERPT ? text.substring(0, EXCERPT) + "…" : text;
        return "the server answered %d, and not as a Kiln does%s"
                .formatted(status, excerpt.isEmpty() ? "" : ": " + excerpt.replaceAll("\\s+", " "));
    }
}
