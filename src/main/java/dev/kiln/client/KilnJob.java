package dev.kiln.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Optional;

/**
 * A job as the server told of it: all of it, a line of a list, or, of one that was submitted just
 * now, little more than its id.
 *
 * @param json the document as the server gave it, with all that has no method here
 */
public record KilnJob(ObjectNode json) {
    /** Its id. */
    public String id() {
        return json.path("id").asText();
    }

    /** Where it is; QUEUED where the document does not say. */
    public JobState state() {
        return Documents.constant(
                JobState.class,
                json.path("state").asText(JobState.QUEUED.name()),
                JobState.UNKNOWN);
    }

    /** Whether it has come to its end. */
    public boolean ended() {
        return state().ended();
    }

    /** What became of its program, where that was run, or compiled. */
    public Optional<KilnResult> result() {
        return Optional.of(json.path("result")).filter(JsonNode::isObject).map(KilnResult::new);
    }

    /** Whether its program ran and succeeded. */
    public boolean succeeded() {
        return result().map(KilnResult::success).orElse(false);
    }

    /** Why it is in its state, where the state alone does not say. */
    public Optional<String> reason() {
        return Documents.text(json, "reason");
    }

    /** Of a queued job that no live worker can run: what is lacking. */
    public Optional<String> waitingFor() {
        return Documents.text(json, "waiting_for");
    }

    /** How many attempts were made so far. */
    public int attempt() {
        return json.path("attempt").asInt();
    }

    /** When it was submitted, by the server's clock. */
    public Optional<Instant> submittedAt() {
        return Documents.moment(json, "submitted_at");
    }

    /** When its last attempt began. */
    public Optional<Instant> startedAt() {
        return Documents.moment(json, "started_at");
    }

    /** When it ended. */
    public Optional<Instant> finishedAt() {
        return Documents.moment(json, "finished_at");
    }
}
