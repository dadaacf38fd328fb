package dev.kiln.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Optional;

/**
 * How far a batch has come.
 *
 * @param json the document as the server gave it, with all that has no method here
 */
public record BatchStatus(ObjectNode json) {
    /** How many jobs it has. */
    public long jobs() {
        return json.path("jobs").asLong();
    }

    /** How many of them have ended, however. */
    public long ended() {
        return json.path("ended").asLong();
    }

    /** How many of these succeeded. */
    public long succeeded() {
        return json.path("succeeded").asLong();
    }

    /** When it was closed: from then on it takes no job. */
    public Optional<Instant> closedAt() {
        return Documents.moment(json, "closed_at");
    }

    /** When it was seen that all jobs of the closed batch had ended. */
    public Optional<Instant> completedAt() {
        return Documents.moment(json, "completed_at");
    }
}
