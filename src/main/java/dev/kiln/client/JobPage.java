package dev.kiln.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * Some jobs of a list, without what they wrote.
 *
 * @param json the document as the server gave it
 */
public record JobPage(ObjectNode json) {
    /** They themselves, newest first. */
    public List<KilnJob> jobs() {
        return StreamSupport.stream(json.path("jobs").spliterator(), false)
                .filter(ObjectNode.class::isInstance)
                .map(job -> new KilnJob((ObjectNode) job))
                .toList();
    }

    /** Where to go on, with {@link JobQuery#after}; nothing behind the last. */
    public Optional<String> next() {
        return Documents.text(json, "next");
    }
}
