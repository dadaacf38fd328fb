package dev.kiln.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads a job's stream of events as the HTML standard has it, strictly. */
public final class EventReader implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** One event as it came. */
    public record Event(String id, String name, JsonNode data) {
        /** The bytes of an output. */
        public byte[] bytes() {
            try {
                return data.has("base64")
                        ? data.get("base64").binaryValue()
                        : data.get("text").textValue().getBytes(StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        /** Of a state: its name. */
        public String state() {
            return data.path("state").asText();
        }
    }

    private final HttpClient http = HttpClient.newHttpClient();
    private final HttpResponse<InputStream> response;
    private final BufferedReader lines;

    private EventReader(URI server, String job, String last)
            throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(server.resolve("/v1/jobs/" + job + "/events"))
                        .header("Accept", "text/event-stream");
        if (!last.isEmpty()) {
            request.header("Last-Event-ID", last);
        }
        response = http.send(request.build(), BodyHandlers.ofInputStream());
        lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    /** All events of that job. */
    public static EventReader of(URI server, Object job) throws IOException, InterruptedException {
        return after(server, job, "");
    }

    /** Those behind that one. */
    public static EventReader after(URI server, Object job, String last)
            throws IOException, InterruptedException {
        return new EventReader(server, job.toString(), last);
    }

    public HttpResponse<InputStream> response() {
        return response;
    }

    /** The next one; waits for it. */
    public Event next() throws IOException {
        var event = read();
        if (event == null) {
            throw new AssertionError("the stream has ended");
        }
        return event;
    }

    /** All that are still to come, when the stream has ended. */
    public List<Event> rest() throws IOException {
        var events = new ArrayList<Event>();
        for (var event = read(); event != null; event = read()) {
            events.add(event);
        }
        return events;
    }

    private Event read() throws IOException {
        Map<String, String> fields = new HashMap<>();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isEmpty() && fields.containsKey("data")) {
                return new Event(
                        fields.get("id"), fields.get("event"), JSON.readTree(fields.get("data")));
            }
            if (line.isEmpty()) {
                fields.clear();
            } else if (!line.startsWith(":")) {
                int colon = line.indexOf(": ");
                if (colon < 0
                        || fields.put(line.substring(0, colon), line.substring(colon + 2))
                                != null) {
                    throw new AssertionError("no field of an event, or twice: " + line);
                }
            }
        }
        return null;
    }

    /** What the events of that name carry, put together; fails where an offset is not the next. */
    public static byte[] output(List<Event> events, String stream) {
        var bytes = new ByteArrayOutputStream();
        for (Event event : events) {
            if (event.name().equals(stream)) {
                if (event.data().get("offset").asLong() != bytes.size()) {
                    throw new AssertionError(event + " after " + bytes.size() + " bytes");
                }
                bytes.writeBytes(event.bytes());
            }
        }
        return bytes.toByteArray();
    }

    @Override
    public void close() throws IOException {
        response.body().close();
        http.shutdownNow();
    }
}
