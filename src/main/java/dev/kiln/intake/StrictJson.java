package dev.kiln.intake;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads one JSON object and nothing but that. What JSON leaves open is an error here, since two
 * readers that resolve it differently would see two different jobs: duplicate keys, anything after
 * the document, encodings other than UTF-8.
 */
final class StrictJson {
    /** Far more than the deepest valid document has (the object, {@code files}, one file). */
    private static final int MAX_DEPTH = 16;

    /**
     * Bounds the tree: a document of a few megabytes may hold millions of empty objects of a
     * hundred bytes each.
     */
    private static final long MAX_TOKENS = 50_000;

    private static final int MAX_NUMBER_LENGTH = 100;
    private static final int MAX_NAME_LENGTH = 1_000;

    private final JsonMapper mapper;

    /** Reads documents of up to {@code maxBytes}. */
    StrictJson(long maxBytes) {
        var constraints =
                StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .maxTokenCount(MAX_TOKENS)
                        .maxNumberLength(MAX_NUMBER_LENGTH)
                        .maxNameLength(MAX_NAME_LENGTH)
                        .maxStringLength(Math.toIntExact(maxBytes))
                        .build();
        var factory =
                JsonFactory.builder()
                        .streamReadConstraints(constraints)
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        // Names are the client's; remembering them across documents would only fill
                        // a table.
                        .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                        .build();
        this.mapper =
                JsonMapper.builder(factory)
                        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                        // Stripping overflows for exponents that only an attacker writes.
                        .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                        .build();
    }

    /** The document's object; null when there is none, with the reason added to {@code errors}. */
    @Nullable ObjectNode read(byte[] document, Errors errors) {
        var decoder =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT);
        try (var text = new InputStreamReader(new ByteArrayInputStream(document), decoder);
                var parser = mapper.getFactory().createParser(text)) {
            return read(parser, errors);
        } catch (IOException e) {
            if (e instanceof CharacterCodingException
                    || e.getCause() instanceof CharacterCodingException) {
                errors.add("", "the document is not UTF-8: give bytes that are no text as base64");
            } else {
                errors.add("", "the document cannot be read as JSON: " + e.getMessage());
            }
            return null;
        }
    }

    private @Nullable ObjectNode read(JsonParser parser, Errors errors) throws IOException {
        try {
            JsonNode root = mapper.readTree(parser);
            if (root == null) {
                errors.add("", "the document is empty: send a JSON object");
            } else if (!root.isObject()) {
                errors.add("", "the document must be a JSON object, is " + Fields.kind(root));
            } else if (parser.nextToken() != null) {
                errors.add(
                        "", "the document goes on after its end: send one JSON object a document");
            } else {
                return (ObjectNode) root;
            }
        } catch (StreamConstraintsException e) {
            errors.add(pointer(parser), "more than a job may be: " + reason(e));
        } catch (JsonProcessingException e) {
            errors.add(pointer(parser), "not valid JSON: " + reason(e));
        } catch (NumberFormatException e) {
            // The tree's builder lets it through for exponents that no BigDecimal can hold.
            errors.add(pointer(parser), "not a number that can be read: its exponent is absurd");
        }
        return null;
    }

    private static String pointer(JsonParser parser) {
        return parser.getParsingContext().pathAsPointer().toString();
    }

    /** What the parser says, and where. */
    static String reason(JsonProcessingException e) {
        // Without the parser's own hints to programmers: "(…, from
        // `StreamReadConstraints.getMaxTokenCount()`)".
        String message = e.getOriginalMessage().replaceAll(", from `[^`]*`", "");
        var where = e.getLocation();
        return where == null
                ? message
                : message + " (line " + where.getLineNr() + ", column " + where.getColumnNr() + ")";
    }
}
