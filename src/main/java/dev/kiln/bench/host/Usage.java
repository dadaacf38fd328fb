package dev.kiln.bench.host;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * Processor time, of the whole machine and of its parts.
 *
 * @param machine all of it, as exactly as this host tells
 * @param parts those that are known; one that is missing is in the machine's all the same
 */
public record Usage(Duration machine, Map<Part, Duration> parts) {

    /** None. */
    public static final Usage NONE = new Usage(Duration.ZERO, Map.of());

    /** Copies the parts. */
    public Usage {
        parts = parts.isEmpty() ? Map.of() : Map.copyOf(new EnumMap<>(parts));
    }

    /** What has been used from an earlier moment to this one. */
    public Usage since(Usage earlier) {
        var grown = new EnumMap<Part, Duration>(Part.class);
        parts.forEach(
                (part, time) ->
                        grown.put(
                                part, time.minus(earlier.parts.getOrDefault(part, Duration.ZERO))));
        return new Usage(machine.minus(earlier.machine), grown);
    }

    /** This and another stretch of time together. */
    public Usage plus(Usage other) {
        var sum = new EnumMap<Part, Duration>(Part.class);
        sum.putAll(parts);
        other.parts.forEach((part, time) -> sum.merge(part, time, Duration::plus));
        return new Usage(machine.plus(other.machine), sum);
    }

    /** Of one part; zero where it is not known. */
    public Duration of(Part part) {
        return parts.getOrDefault(part, Duration.ZERO);
    }

    /**
     * What no part accounts for: the kernel's own threads, interrupts, whatever else runs on the
     * host, and what short-lived processes did unseen. May come out a little below zero, since not
     * all accounts are read at the same moment.
     */
    public Duration rest() {
        return parts.values().stream().reduce(machine, Duration::minus);
    }
}
