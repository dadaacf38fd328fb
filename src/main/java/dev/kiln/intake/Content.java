package dev.kiln.intake;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.wire.FieldError;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Bytes in a document: text where they are text, base64 where they are not. */
final class Content {
    static final String TEXT = "text";
    static final String BASE64 = "base64";
    private static final byte[] NONE = new byte[0];

    private Content() {}

    /** A string, or an object with one of {@code text} and {@code base64}; empty after an error. */
    static byte[] of(JsonNode value, String at, Errors errors) {
        if (value.isTextual()) {
            return value.textValue().getBytes(StandardCharsets.UTF_8);
        }
        if (!value.isObject()) {
            errors.add(
                    at,
                    "must be a string or {\"base64\": …} for bytes that are no text, is "
                            + Fields.kind(value));
            return NONE;
        }
        var fields = Fields.of(value, at, errors);
        fields.refuseUnknown(List.of(TEXT, BASE64), Map.of());
        return of(fields, at);
    }

    /**
     * The members {@code text} and {@code base64} of an object that may have others; empty after an
     * error.
     */
    static byte[] of(Fields fields, String at) {
        JsonNode text = fields.get(TEXT);
        JsonNode base64 = fields.get(BASE64);
        if ((text == null) == (base64 == null)) {
            fields.errors().add(at, "must have either \"text\" or \"base64\"");
            return NONE;
        }
        if (text != null) {
            String characters = fields.text(TEXT);
            return characters == null ? NONE : characters.getBytes(StandardCharsets.UTF_8);
        }
        String digits = fields.text(BASE64);
        if (digits == null) {
            return NONE;
        }
        return decode(digits)
                .orElseGet(
                        () -> {
                            fields.errors()
                                    .add(
                                            FieldError.child(at, BASE64),
                                            "must be base64 (RFC 4648, section 4) with padding and without line breaks");
                            return NONE;
                        });
    }

    private static Optional<byte[]> decode(String digits) {
        // The decoder itself takes a missing padding; other languages' decoders do not.
        if (digits.length() % 4 != 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(Base64.getDecoder().decode(digits));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }
}
