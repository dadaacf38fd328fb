package dev.kiln.intake;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.job.Needs;
import dev.kiln.wire.Printable;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads those fields of the {@code sandbox} object that ask for more than limits. */
final class NeedsReader {
    static final List<String> KNOWN = List.of("image", "network_enabled");

    private final ImageList images;
    private final boolean network;

    /**
     * @throws IllegalArgumentException when the policy names an image that is none
     */
    NeedsReader(PolicyConfig policy, LanguagesConfig languages) {
        images =
                new ImageList(
                        languages.runtimes().values().stream()
                                .flatMap(language -> language.image().stream())
                                .toList(),
                        policy.images().orElse(List.of()));
        network = policy.network();
    }

    /** What is needed; where a field is wrong, an error is added and nothing is needed for it. */
    Needs read(@Nullable JsonNode sandbox, String at, Errors errors) {
        if (sandbox == null || !sandbox.isObject()) {
            return Needs.NOTHING;
        }
        var fields = Fields.of(sandbox, at, errors);
        return new Needs(image(fields), network(fields));
    }

    private @Nullable String image(Fields fields) {
        String asked = fields.text("image");
        if (asked == null) {
            return null;
        }
        Optional<ImageName> name = ImageName.of(asked);
        if (name.isEmpty()) {
            fields.error(
                    "image",
                    "must be the name of an image in lower case with a tag or a digest, such as python:3.11-slim or python@sha256: and 64 hexadecimal digits, is "
                            + Printable.quote(asked));
        } else if (!images.allows(name.get())) {
            fields.error(
                    "image",
                    "%s is not among the images that jobs may ask for (kiln.policy.images): %s"
                            .formatted(Printable.quote(name.get().text()), images));
            return null;
        }
        return name.map(ImageName::text).orElse(null);
    }

    private boolean network(Fields fields) {
        JsonNode asked = fields.get("network_enabled");
        if (asked == null) {
            return false;
        }
        if (!asked.isBoolean()) {
            fields.error("network_enabled", "must be a boolean, is " + Fields.kind(asked));
        } else if (asked.booleanValue() && !network) {
            fields.error(
                    "network_enabled",
                    "no job gets a network here (kiln.policy.network=false): leave it out");
        }
        return asked.isBoolean() && asked.booleanValue();
    }
}
