package dev.kiln.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How Kiln writes JSON, apart from any framework's configuration of it. */
public final class WireJson {
    static final JsonMapper MAPPER = JsonMapper.builder().build();

    private WireJson() {}

    /** A new empty object; members keep the order in which they are put. */
    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** The document as UTF-8. */
    public static byte[] bytes(JsonNode document) {
        try {
            return MAPPER.writeValueAsBytes(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree without foreign objects always serialises", e);
        }
    }

    /** RFC 3339 in UTC, or null. */
    public static @Nullable String time(@Nullable Instant moment) {
        return moment == null ? null : moment.toString();
    }
}
