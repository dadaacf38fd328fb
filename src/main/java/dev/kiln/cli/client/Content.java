package dev.kiln.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * Bytes as documents carry them: as text where they are UTF-8, else in base64, so that nothing is
 * lost.
 */
public final class Content {

    private Content() {}

    /** A string, or an object with {@code base64}. */
    public static JsonNode of(byte[] bytes) {
        return utf8(bytes)
                .<JsonNode>map(TextNode::valueOf)
                .orElseGet(() -> Json.object().put("base64", base64(bytes)));
    }

    /** What the field {@code context} holds when it comes along. */
    public static ObjectNode context(byte[] bytes) {
        return utf8(bytes)
                .map(text -> Json.object().put("text", text))
                .orElseGet(() -> Json.object().put("base64", base64(bytes)));
    }

    /** An entry of {@code files}. */
    public static ObjectNode file(String path, byte[] bytes) {
        var file = Json.object().put("path", path);
        return utf8(bytes)
                .map(text -> file.put("text", text))
                .orElseGet(() -> file.put("base64", base64(bytes)));
    }

    private static Optional<String> utf8(byte[] bytes) {
        try {
            return Optional.of(
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException notUtf8) {
            return Optional.empty();
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
