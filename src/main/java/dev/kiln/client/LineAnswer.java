package dev.kiln.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/**
 * What a server says of one line of a stream.
 *
 * @param json the document as the server gave it
 */
public record LineAnswer(ObjectNode json) {
    /** Its number, from 1. */
    public long line() {
        return json.path("line").asLong();
    }

    /** The id of its job; nothing where it was refused. */
    public Optional<String> id() {
        return Documents.text(json, "id");
    }

    /** The fields at fault, where it was refused. */
    public List<KilnProblem.Field> fields() {
        return KilnProblem.fields(json);
    }
}
