package dev.kiln.poll;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.wire.WireJson;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Writes events as HTML's server-sent events have them, each at once. The data of each is JSON on
 * one line, whatever somebody's program wrote: no byte of it can end a line or begin another event.
 */
final class EventWriter {
    private final OutputStream out;
    private long lastNanos = System.nanoTime();

    EventWriter(OutputStream out) {
        this.out = out;
    }

    /** Says how long a client waits before it connects again. */
    void retry(Duration pause) throws IOException {
        write("retry: " + pause.toMillis() + "\n\n");
    }

    void event(String name, Position id, JsonNode data) throws IOException {
        write("id: %s\nevent: %s\ndata: %s\n\n".formatted(id, name, inert(data)));
    }

    /** What clients pass over, so that nobody takes the connection for dead. */
    void keepAlive() throws IOException {
        write(": still here\n\n");
    }

    /** How long nothing was written. */
    Duration silence() {
        return Duration.ofNanos(System.nanoTime() - lastNanos);
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
        lastNanos = System.nanoTime();
    }

    /**
     * JSON in which everything that terminals or pages may take for a command is an escape, beyond
     * what JSON itself asks for. Such characters stand in strings alone.
     */
    static String inert(JsonNode data) {
        String json = new String(WireJson.bytes(data), StandardCharsets.UTF_8);
        var safe = new StringBuilder(json.length());
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (isCommand(c)) {
                safe.append("\\u%04x".formatted((int) c));
            } else {
                safe.append(c);
            }
        }
        return safe.toString();
    }

    private static boolean isCommand(char c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    true;
            default -> false;
        };
    }
}
