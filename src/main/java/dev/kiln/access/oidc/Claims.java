package dev.kiln.access.oidc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
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
        JsonNode value = value(claim);
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

    /**
     * The words of a claim: of one text those between its spaces, as {@code scope} has them (RFC
     * 6749, section 3.3); of a list its texts as they are, since a name in it may have spaces and
     * is whole all the same.
     *
     * @param claim as for {@link #texts(String)}
     */
    public List<String> words(String claim) {
        return value(claim).isTextual()
                ? Stream.of(value(claim).asText().split(" +")).filter(w -> !w.isEmpty()).toList()
                : texts(claim);
    }

    private JsonNode value(String claim) {
        return claim.startsWith("/") ? all.at(claim) : all.path(claim);
    }
}
