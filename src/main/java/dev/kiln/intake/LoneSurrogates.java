package dev.kiln.intake;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.wire.FieldError;

/**
 * Finds halves of surrogate pairs. A JSON escape can spell them (D800 to DFFF), but they are no
 * characters: they have no UTF-8, so they can neither be stored nor handed to a program.
 */
final class LoneSurrogates {
    private LoneSurrogates() {}

    /** Adds an error for every string and member name in the document that holds one. */
    static void find(JsonNode node, String pointer, Errors errors) {
        if (node.isTextual() && in(node.textValue())) {
            errors.add(
                    pointer,
                    "holds a lone surrogate, which is no character: give bytes that are no text as {\"base64\": …}");
        }
        for (var member : node.properties()) {
            if (in(member.getKey())) {
                errors.add(pointer, "has a field whose name holds a lone surrogate");
            }
            find(member.getValue(), FieldError.child(pointer, member.getKey()), errors);
        }
        if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                find(node.get(i), FieldError.child(pointer, Integer.toString(i)), errors);
            }
        }
    }

    private static boolean in(String text) {
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (Character.getType(c) == Character.SURROGATE) {
                return true;
            }
            i += Character.charCount(c);
        }
        return false;
    }
}
