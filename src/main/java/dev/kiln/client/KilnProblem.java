package dev.kiln.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The server refused: a problem document (RFC 9457), or an answer that is none of a Kiln, which has
 * neither title nor detail.
 */
public final class KilnProblem extends KilnException {
    private static final long serialVersionUID = 1L;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int BAD_GATEWAY = 502;
    private static final int UNAVAILABLE = 503;
    private static final int GATEWAY_TIMEOUT = 504;

    private final int status;
    private final transient @Nullable JsonNode document;
    private final byte[] body;
    private final @Nullable Duration retryAfter;

    private KilnProblem(
            int status, @Nullable JsonNode document, byte[] body, @Nullable Duration retryAfter) {
        super(message(status, document), null);
        this.status = status;
        this.document = document;
        this.body = body;
        this.retryAfter = retryAfter;
    }

    static KilnProblem of(HttpResponse<byte[]> response) {
        return of(response, response.body());
    }

    static KilnProblem of(HttpResponse<?> response, byte[] body) {
        var document =
                Documents.parse(body)
                        .filter(json -> json.has("title") || json.has("detail"))
                        .orElse(null);
        var retryAfter =
                response.headers()
                        .firstValue("Retry-After")
                        .filter(value -> value.matches("[0-9]{1,9}"))
                        .map(value -> Duration.ofSeconds(Long.parseLong(value)))
                        .orElse(null);
        return new KilnProblem(response.statusCode(), document, body, retryAfter);
    }

    /** As the last line of a stream tells it, which had to stop before its end. */
    static KilnProblem of(ObjectNode end) {
        return new KilnProblem(
                end.path("status").asInt(UNAVAILABLE), end, Documents.bytes(end), null);
    }

    private static String message(int status, @Nullable JsonNode document) {
        if (document == null) {
            return "the server answered %d, and not as a Kiln does".formatted(status);
        }
        var text = new StringBuilder("Kiln refused this (%d): ".formatted(status));
        text.append(document.path("detail").asText(document.path("title").asText()));
        return text.toString();
    }

    /** A field at fault. */
    public record Field(String pointer, String detail, OptionalInt line) {
        private static Field of(JsonNode json) {
            var line = json.path("line");
            return new Field(
                    json.path("pointer").asText(),
                    json.path("detail").asText(json.path("message").asText()),
                    line.isInt() ? OptionalInt.of(line.asInt()) : OptionalInt.empty());
        }
    }

    /** The answer's HTTP status. */
    public int status() {
        return status;
    }

    /** Which problem it is: a stable path such as {@code /problems/queue-full}; empty for none. */
    public String type() {
        return text("type");
    }

    /** What the type means; empty for none. */
    public String title() {
        return text("title");
    }

    /** What happened this time and what to do about it; empty for none. */
    public String detail() {
        return text("detail");
    }

    private String text(String field) {
        return document == null ? "" : document.path(field).asText();
    }

    /** The fields at fault, each with a JSON pointer (RFC 6901) into what was sent. */
    public List<Field> fields() {
        return document == null ? List.of() : fields(document);
    }

    static List<Field> fields(JsonNode document) {
        var errors = document.path("errors").spliterator();
        return StreamSupport.stream(errors, false).map(Field::of).toList();
    }

    /** When to come again; nothing where the server does not say. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /**
     * Whether the same request may succeed later: the server is full, cannot work now, or cannot be
     * reached by the proxy before it.
     */
    public boolean passes() {
        return passes(status);
    }

    /** As {@link #passes()}, of an answer's HTTP status. */
    public static boolean passes(int status) {
        return switch (status) {
            case TOO_MANY_REQUESTS, BAD_GATEWAY, UNAVAILABLE, GATEWAY_TIMEOUT -> true;
            default -> false;
        };
    }

    /** The answer as it came. */
    public byte[] body() {
        return body.clone();
    }
}
