package dev.kiln.intake;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.wire.FieldError;
import dev.kiln.wire.Printable;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object, read field by field. A field that is null is absent; whatever is wrong is added
 * to the errors, and the reading goes on, so that its author hears of everything at once.
 */
final class Fields {
    private final JsonNode object;
    private final String at;
    private final Errors errors;

    private Fields(JsonNode object, String at, Errors errors) {
        this.object = object;
        this.at = at;
        this.errors = errors;
    }

    /**
     * The fields of the object at the pointer {@code at}; of no object at all when something else
     * is there.
     */
    static Fields of(JsonNode node, String at, Errors errors) {
        if (!node.isObject()) {
            errors.add(at, "must be an object, is " + kind(node));
        }
        return new Fields(node, at, errors);
    }

    /** The value, null when absent. */
    @Nullable JsonNode get(String name) {
        JsonNode value = object.get(name);
        return value == null || value.isNull() ? null : value;
    }

    /** The value as text, null when absent or something else. */
    @Nullable String text(String name) {
        JsonNode value = get(name);
        if (value == null || value.isTextual()) {
            return value == null ? null : value.textValue();
        }
        error(name, "must be a string, is " + kind(value));
        return null;
    }

    /** The value as a number, null when absent or something else. */
    @Nullable BigDecimal number(String name) {
        JsonNode value = get(name);
        if (value == null || value.isNumber()) {
            return value == null ? null : value.decimalValue();
        }
        error(name, "must be a number, is " + kind(value));
        return null;
    }

    /**
     * The value asked for when the range allows it; its standard when nothing was asked for, and
     * after an error.
     */
    <T extends Comparable<T>> T bounded(String name, Range<T> range, @Nullable T asked) {
        if (asked == null) {
            return range.standard();
        }
        var refusal = range.refusal(asked);
        refusal.ifPresent(message -> error(name, message));
        return refusal.isPresent() ? range.standard() : asked;
    }

    /** The value's pointer. */
    String pointer(String name) {
        return FieldError.child(at, name);
    }

    void error(String name, String message) {
        errors.add(pointer(name), message);
    }

    Errors errors() {
        return errors;
    }

    /**
     * Refuses every field that is not known, by name.
     *
     * @param elsewhere names that are known in another place, with what to say about them
     */
    void refuseUnknown(Collection<String> known, Map<String, String> elsewhere) {
        object.fieldNames()
                .forEachRemaining(
                        name -> {
                            if (!known.contains(name)) {
                                error(name, "is not a known field" + hint(name, known, elsewhere));
                            }
                        });
    }

    private static String hint(
            String name, Collection<String> known, Map<String, String> elsewhere) {
        if (elsewhere.containsKey(name)) {
            return ": " + elsewhere.get(name);
        }
        return NearestName.of(name, known)
                .map(near -> ": did you mean " + Printable.quote(near) + "?")
                .orElse("; known are " + String.join(", ", known));
    }

    /** What kind of JSON value it is, in words. */
    static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case OBJECT -> "an object";
            case ARRAY -> "an array";
            case STRING -> "a string";
            case NUMBER -> "a number";
            case BOOLEAN -> "a boolean";
            case NULL -> "null";
            case BINARY, MISSING, POJO -> "nothing";
        };
    }
}
