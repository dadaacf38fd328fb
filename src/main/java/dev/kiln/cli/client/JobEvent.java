package dev.kiln.cli.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * One event of a job's stream.
 *
 * @param id the place behind it
 * @param name such as {@code state}
 * @param data its document
 */
public record JobEvent(String id, String name, ObjectNode data) {

    /**
     * Reads the next one; comments and other fields are passed over.
     *
     * @param alive called for each line, also those of no event
     * @return nothing at the stream's end
     * @throws IOException when the stream breaks
     * @throws CliException when the server sends something else
     */
    static Optional<JobEvent> read(BufferedReader lines, Runnable alive) throws IOException {
        String id = "";
        String name = "message";
        var data = new StringBuilder();
        String line = lines.readLine();
        while (line != null) {
            alive.run();
            if (line.isEmpty() && !data.isEmpty()) {
                return Optional.of(new JobEvent(id, name, document(data.toString())));
            }
            if (line.startsWith("id: ")) {
                id = line.substring(4);
            } else if (line.startsWith("event: ")) {
                name = line.substring(7);
            } else if (line.startsWith("data: ")) {
                data.append(line, 6, line.length());
            }
            line = lines.readLine();
        }
        return Optional.empty();
    }

    private static ObjectNode document(String text) {
        return Json.parse(text.getBytes(StandardCharsets.UTF_8))
                .orElseThrow(
                        () ->
                                new CliException(
                                        "the server sent an event that is none of a Kiln: is it one, of this version?"));
    }

    /** Whether it is a piece of what the program wrote. */
    public boolean output() {
        return name.equals("stdout") || name.equals("stderr");
    }

    /** Of an output: the bytes. */
    public byte[] bytes() {
        return data.has("base64")
                ? Base64.getDecoder().decode(data.path("base64").asText())
                : data.path("text").asText().getBytes(StandardCharsets.UTF_8);
    }

    /** Of a change of state: the job. */
    public Optional<PolledJob> job() {
        return name.equals("state") ? Optional.of(new PolledJob(data)) : Optional.empty();
    }

    /** As one document, for scripts. */
    public ObjectNode json() {
        var json = Json.object().put("event", name).put("id", id);
        json.set("data", data);
        return json;
    }
}
