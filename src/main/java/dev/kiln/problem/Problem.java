package dev.kiln.problem;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An error as HTTP tells it: a problem document (RFC 9457).
 *
 * @param type a stable URI, relative to the server
 * @param title what the type means, the same for all its problems
 * @param status the HTTP status
 * @param detail what happened this time and what to do about it
 * @param errors the fields at fault, where there are any
 */
@JsonPropertyOrder({"type", "title", "status", "detail", "errors"})
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(
        String type, String title, int status, String detail, List<FieldProblem> errors) {
    public static final String MEDIA_TYPE = "application/problem+json";
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    public Problem {
        errors = List.copyOf(errors);
    }

    /** A problem of a known type with its own status. */
    public static Problem of(ProblemType type, String detail) {
        return of(type, detail, List.of());
    }

    /** A problem of a known type that lies with certain fields. */
    public static Problem of(ProblemType type, String detail, List<FieldProblem> errors) {
        return new Problem(type.uri(), type.title(), type.status(), detail, errors);
    }

    /** The document's text. */
    public String json() {
        try {
            return MAPPER.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of strings and numbers always serialises", e);
        }
    }

    /** An answer that holds nothing else. */
    @JsonIgnore
    public Response response() {
        // As text: the answer must not depend on which message body writers the failing request may
        // use.
        return Response.status(status).type(MEDIA_TYPE).entity(json()).build();
    }

    /** An answer that this cannot be done now, but perhaps in a second. */
    public static Response unavailable(String detail) {
        return Response.fromResponse(of(ProblemType.UNAVAILABLE, detail).response())
                .header(HttpHeaders.RETRY_AFTER, 1)
                .build();
    }

    /**
     * What is wrong with one field.
     *
     * @param pointer where it is, as a JSON pointer (RFC 6901) into the document
     * @param detail what is wrong and what would be right
     * @param line in a batch of lines, the document's line, from 1
     * @param index in a batch that is an array, the document's position, from 0
     */
    @JsonPropertyOrder({"line", "index", "pointer", "detail"})
    public record FieldProblem(
            @JsonInclude(JsonInclude.Include.ALWAYS) String pointer,
            String detail,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer line,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer index) {
        /** A field of the only document there is. */
        public FieldProblem(String pointer, String detail) {
            this(pointer, detail, null, null);
        }
    }
}
