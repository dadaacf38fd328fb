package dev.kiln.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What became of a program that was run.
 *
 * @param json the document as the server gave it, with all that has no method here
 */
public record KilnResult(JsonNode json) {
    /** Exit code 0, and no limit was in its way. */
    public boolean success() {
        return json.path("success").asBoolean();
    }

    /** Why it ended. */
    public Cause cause() {
        return Documents.constant(Cause.class, json.path("termination").asText(), Cause.UNKNOWN);
    }

    /** Its own exit code; nothing when Kiln ended it or it never ran. */
    public OptionalInt exitCode() {
        var code = json.path("exit_code");
        return code.isInt() ? OptionalInt.of(code.asInt()) : OptionalInt.empty();
    }

    /**
     * What was kept of its output, with U+FFFD for what is not UTF-8; empty where it is {@link
     * #stored() stored} apart.
     */
    public String stdout() {
        return json.path("stdout").asText("");
    }

    /** What was kept of its error output, likewise. */
    public String stderr() {
        return json.path("stderr").asText("");
    }

    /**
     * Whether output is so large that the job does not bring it along: then {@link
     * KilnClient#stdout} and {@link KilnClient#stderr} fetch it.
     */
    public boolean stored() {
        return json.path("stdout_stored").asBoolean() || json.path("stderr_stored").asBoolean();
    }

    /** Whether it wrote more than was kept, on either stream. */
    public boolean truncated() {
        return json.path("stdout_truncated").asBoolean()
                || json.path("stderr_truncated").asBoolean();
    }

    /** Whether {@link #stdout()} and {@link #stderr()} lose nothing of what was kept. */
    public boolean utf8() {
        return json.path("stdout_utf8").asBoolean(true) && json.path("stderr_utf8").asBoolean(true);
    }

    /** How long it ran. */
    public Duration duration() {
        return Duration.ofMillis(json.path("duration_ms").asLong());
    }

    /** The processor time that it took; nothing where that was not found out. */
    public Optional<Duration> cpu() {
        var time = json.path("cpu_ms");
        return time.isIntegralNumber()
                ? Optional.of(Duration.ofMillis(time.asLong()))
                : Optional.empty();
    }

    /** The most memory that it had, in bytes; nothing where that was not found out. */
    public OptionalLong peakMemory() {
        var bytes = json.path("peak_memory_bytes");
        return bytes.isIntegralNumber() ? OptionalLong.of(bytes.asLong()) : OptionalLong.empty();
    }
}
