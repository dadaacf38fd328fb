package dev.kiln.intake;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.job.Limits;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the limits in the {@code sandbox} object against the policy. */
final class LimitsReader {
    static final List<String> KNOWN =
            List.of(
                    "timeout",
                    "memory_limit",
                    "cpu_limit",
                    "pids_limit",
                    "output_limit",
                    "disk_limit");
    private static final int MILLIS = 3;

    private final Range<BigDecimal> timeout;
    private final Range<ByteSize> memory;
    private final Range<BigDecimal> cpus;
    private final Range<Long> pids;
    private final Range<ByteSize> output;
    private final Range<ByteSize> disk;

    /**
     * @throws IllegalArgumentException when the policy contradicts itself or allows what is no
     *     limit
     */
    LimitsReader(PolicyConfig p) {
        timeout =
                new Range<>(
                        "kiln.policy.timeout",
                        seconds(p.timeoutMin()),
                        seconds(p.timeoutDefault()),
                        seconds(p.timeoutMax()));
        memory = new Range<>("kiln.policy.memory", p.memoryMin(), p.memoryDefault(), p.memoryMax());
        cpus = new Range<>("kiln.policy.cpus", p.cpusMin(), p.cpusDefault(), p.cpusMax());
        pids =
                new Range<>(
                        "kiln.policy.pids",
                        (long) p.pidsMin(),
                        (long) p.pidsDefault(),
                        (long) p.pidsMax());
        output = new Range<>("kiln.policy.output", p.outputMin(), p.outputDefault(), p.outputMax());
        disk = new Range<>("kiln.policy.disk", p.diskMin(), p.diskDefault(), p.diskMax());
        requireMeaningfulMinimum();
    }

    /** The limits, all set; where a field is wrong, an error is added and its default taken. */
    Limits read(@Nullable JsonNode sandbox, String at, Errors errors) {
        if (sandbox == null) {
            return limits(
                    timeout.standard(),
                    memory.standard(),
                    cpus.standard(),
                    Math.toIntExact(pids.standard()),
                    output.standard(),
                    disk.standard());
        }
        var fields = Fields.of(sandbox, at, errors);
        return limits(
                timeout(fields),
                size(fields, "memory_limit", memory),
                fields.bounded("cpu_limit", cpus, fields.number("cpu_limit")),
                Numbers.integer(fields, "pids_limit", pids),
                size(fields, "output_limit", output),
                size(fields, "disk_limit", disk));
    }

    /** A minimum of zero would pass {@link Range} and then fail every job that asks for it. */
    private void requireMeaningfulMinimum() {
        limits(
                timeout.min(),
                memory.min(),
                cpus.min(),
                Math.toIntExact(pids.min()),
                output.min(),
                disk.min());
    }

    private BigDecimal timeout(Fields fields) {
        BigDecimal seconds = fields.bounded("timeout", timeout, fields.number("timeout"));
        // Only now: in range, its scale is that of its digits and not of some absurd exponent.
        if (seconds.stripTrailingZeros().scale() > MILLIS) {
            fields.error("timeout", "must be seconds with at most three decimals");
            return timeout.standard();
        }
        return seconds;
    }

    private static ByteSize size(Fields fields, String name, Range<ByteSize> range) {
        JsonNode value = fields.get(name);
        if (value == null) {
            return range.standard();
        }
        Optional<ByteSize> asked = size(value);
        if (asked.isEmpty()) {
            fields.error(
                    name, "must be a size in bytes, such as 1048576, \"512k\", \"512m\" or \"1g\"");
        }
        return fields.bounded(name, range, asked.orElse(range.standard()));
    }

    private static Optional<ByteSize> size(JsonNode value) {
        try {
            if (value.isTextual()) {
                return Optional.of(ByteSize.of(value.textValue()));
            }
            if (value.isNumber()) {
                var bytes = Numbers.whole(value.decimalValue());
                return bytes.isPresent()
                        ? Optional.of(new ByteSize(bytes.getAsLong()))
                        : Optional.empty();
            }
            return Optional.empty();
        } catch (IllegalArgumentException noSize) {
            return Optional.empty();
        }
    }

    private static Limits limits(
            BigDecimal timeout,
            ByteSize memory,
            BigDecimal cpus,
            int pids,
            ByteSize output,
            ByteSize disk) {
        return new Limits(
                Duration.ofMillis(timeout.movePointRight(MILLIS).longValueExact()),
                memory.bytes(),
                cpus.doubleValue(),
                pids,
                output.bytes(),
                disk.bytes());
    }

    private static BigDecimal seconds(Duration duration) {
        BigDecimal seconds = BigDecimal.valueOf(duration.toMillis(), MILLIS).stripTrailingZeros();
        // Plain, since messages name it: 900, not 9E+2.
        return seconds.scale() < 0 ? seconds.setScale(0) : seconds;
    }
}
