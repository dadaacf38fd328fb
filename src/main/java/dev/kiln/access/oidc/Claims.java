package dev.kiln.access.oidc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/** What a good token says. */
public final class Claims {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final String subject;
    private final JsonNode all;

    Claims(String subject, Map<String, Object> all) {
        this.subject = subject;
        this.all = MAPPER.valueToTree(all);
    }

    /** Who has it: 1 to 255 printable characters of ASCII. */
    public String subject() {
        return subject;
    }

    /**
     * The texts of a claim: the one that it is, or those that it lists; none when it is not there
     * or something else.
     *
     * @param claim its name, whatever characters that has; or a JSON pointer (RFC 6901)
     */
    public List<String> texts(String claim) {
        JsonNode value = claim.startsWith("/") ? all.at(claim) : all.path(claim);
        if (value.isTextual()) {
            return List.of(value.asText());
        }
        // Of anything but a list the elements are none, or none of its own.
        return value.isArray()
                ? StreamSupport.stream(value.spliterator(), false)
                        .filter(JsonNode::isTextual)
                        .map(JsonNode::asText)
                        .toList()
                : List.of();
    }
}
