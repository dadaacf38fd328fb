package dev.kiln.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A job as it was polled.
 *
 * @param json the document as the server gave it
 */
public record PolledJob(JsonNode json) {

    private static final Set<String> ON_THE_WAY = Set.of("QUEUED", "RUNNING");

    /** Its id. */
    public String id() {
        return json.path("id").asText();
    }

    /** Its state, as the document names it. */
    public String state() {
        return json.path("state").asText();
    }

    /** Whether it will change no more. */
    public boolean ended() {
        return !ON_THE_WAY.contains(state());
    }

    /** Whether this is all of the job, and not only the word that it was accepted. */
    public boolean whole() {
        return json.has("result");
    }

    /** Whether there is a result and the program succeeded. */
    public boolean succeeded() {
        return result().map(result -> result.path("success").asBoolean()).orElse(false);
    }

    /** What running it resulted in, where it was run. */
    public Optional<JsonNode> result() {
        return Optional.of(json.path("result")).filter(JsonNode::isObject);
    }

    /**
     * The name of the verdict in documents, such as {@code timed_out}; the state's where there is
     * no verdict.
     */
    public String termination() {
        return result().map(result -> result.path("termination").asText())
                .orElseGet(() -> state().toLowerCase(Locale.ROOT));
    }

    /** Why it ended, in words: the verdict, or the reason of a job without one. */
    public String why() {
        if (result().isPresent()) {
            return termination().replace('_', ' ');
        }
        return json.path("reason").asText("");
    }

    /** The program's own exit code; none when it was killed or did not run. */
    public OptionalInt exitCode() {
        var code = json.path("result").path("exit_code");
        return code.isInt() ? OptionalInt.of(code.asInt()) : OptionalInt.empty();
    }

    /** How long the program ran. */
    public Optional<Duration> ran() {
        return result().map(result -> Duration.ofMillis(result.path("duration_ms").asLong()));
    }

    /** From the server's submission time to its finish, by the server's clock. */
    public Optional<Duration> submittedToFinished() {
        if (json.hasNonNull("submitted_at") && json.hasNonNull("finished_at")) {
            return Optional.of(
                    Duration.between(
                            Instant.parse(json.path("submitted_at").asText()),
                            Instant.parse(json.path("finished_at").asText())));
        }
        return Optional.empty();
    }

    /** What the program wrote, or the empty text. */
    public String stdout() {
        return json.path("result").path("stdout").asText("");
    }

    /** What its compiler wrote, or the empty text. */
    public String compilerOutput() {
        return json.path("result").path("compile").path("output").asText("");
    }

    /** What the program wrote to standard error, or the empty text. */
    public String stderr() {
        return json.path("result").path("stderr").asText("");
    }
}
