package dev.kiln.intake;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.TreeMap;

/**
 * The hash that tells a repeated submission from a conflicting one: SHA-256 over the document's
 * canonical form, which is the submitted JSON as UTF-8
 *
 * <ul>
 *   <li>without the document's own {@code id}, which the hash is compared under;
 *   <li>without members that are null, since null is the same as absent;
 *   <li>without white space between tokens;
 *   <li>with the members of every object sorted by the UTF-16 code units of their names, as RFC
 *       8785 sorts them;
 *   <li>with every number as {@code BigDecimal.stripTrailingZeros().toString()} writes it, so that
 *       {@code 30}, {@code 30.0} and {@code 3e1} are one ({@code 3E+1});
 *   <li>with the characters of strings as they are, neither normalised nor decoded: text and the
 *       base64 of the same bytes are two different bodies. Only {@code "}, {@code \} and control
 *       characters are escaped.
 * </ul>
 *
 * <p>It is over what was submitted, not over what it means today: the defaults of the policy may
 * change between a submission and its repetition. What the door adds (a batch's name from the
 * query) does not count either.
 */
final class BodyHash {
    private static final JsonFactory FACTORY = new JsonFactory();

    private BodyHash() {}

    /** The 32 bytes for a document. */
    static byte[] of(ObjectNode document) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            try (var out = new DigestOutputStream(OutputStream.nullOutputStream(), digest);
                    var json = FACTORY.createGenerator(out)) {
                var body = document.deepCopy();
                body.remove("id");
                write(body, json);
            }
            return digest.digest();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to nowhere does not fail", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static void write(JsonNode node, JsonGenerator json) throws IOException {
        switch (node.getNodeType()) {
            case OBJECT -> writeObject(node, json);
            case ARRAY -> {
                json.writeStartArray();
                for (JsonNode element : node) {
                    write(element, json);
                }
                json.writeEndArray();
            }
            case NUMBER -> json.writeNumber(node.decimalValue().stripTrailingZeros().toString());
            case STRING -> json.writeString(node.textValue());
            case BOOLEAN -> json.writeBoolean(node.booleanValue());
            case NULL -> json.writeNull();
            case BINARY, MISSING, POJO ->
                    throw new IllegalArgumentException("not from a parser: " + node.getNodeType());
        }
    }

    private static void writeObject(JsonNode node, JsonGenerator json) throws IOException {
        var sorted = new TreeMap<String, JsonNode>();
        node.properties().forEach(member -> sorted.put(member.getKey(), member.getValue()));
        json.writeStartObject();
        for (var member : sorted.entrySet()) {
            if (!member.getValue().isNull()) {
                json.writeFieldName(member.getKey());
                write(member.getValue(), json);
            }
        }
        json.writeEndObject();
    }
}
