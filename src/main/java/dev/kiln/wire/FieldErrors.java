package dev.kiln.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import java.util.List;
import java.util.stream.Collectors;

/** Field errors as one text: the form in which a refusal is stored and told. */
public final class FieldErrors {
    private static final TypeReference<List<FieldError>> LIST = new TypeReference<>() {};

    private FieldErrors() {}

    /** A JSON array of {@code {"pointer", "message"}} objects. */
    public static String toJson(List<FieldError> errors) {
        try {
            return WireJson.MAPPER.writeValueAsString(errors);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("strings always serialise", e);
        }
    }

    /**
     * The reverse of {@link #toJson}. Any other text, such as the words of a database that refused
     * the content, is one error about the whole document.
     */
    public static List<FieldError> fromJson(String reason) {
        if (!reason.startsWith("[")) {
            return List.of(new FieldError("", reason));
        }
        try {
            return List.copyOf(WireJson.MAPPER.readValue(reason, LIST));
        } catch (JsonProcessingException plainText) {
            return List.of(new FieldError("", reason));
        }
    }

    /** All errors in one line for people to read. */
    public static String inWords(List<FieldError> errors) {
        return errors.stream().map(FieldError::toString).collect(Collectors.joining("; "));
    }
}
