package dev.kiln.intake;

import java.math.BigDecimal;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Numbers from outside: any notation is fine, no exponent may cost more than its digits. */
final class Numbers {
    private static final BigDecimal LARGEST = BigDecimal.valueOf(Long.MAX_VALUE);

    private Numbers() {}

    /**
     * The number when it is whole and fits; {@code 3}, {@code 3.0} and {@code 30e-1} are the same.
     */
    static OptionalLong whole(BigDecimal number) {
        if (number.signum() == 0) {
            return OptionalLong.of(0);
        }
        BigDecimal size = number.abs();
        // Compared before it is converted: to write out the digits of 1e2147483647 takes all
        // memory.
        if (size.compareTo(BigDecimal.ONE) < 0 || size.compareTo(LARGEST) > 0) {
            return OptionalLong.empty();
        }
        return number.stripTrailingZeros().scale() <= 0
                ? OptionalLong.of(number.longValueExact())
                : OptionalLong.empty();
    }

    /**
     * The field as a whole number within its range; the standard when absent, and after an error.
     */
    static int integer(Fields fields, String name, Range<Long> range) {
        @Nullable BigDecimal asked = fields.number(name);
        if (asked == null) {
            return Math.toIntExact(range.standard());
        }
        var whole = whole(asked);
        if (whole.isEmpty()) {
            fields.error(
                    name,
                    "must be a whole number from %d to %d".formatted(range.min(), range.max()));
            return Math.toIntExact(range.standard());
        }
        return Math.toIntExact(fields.bounded(name, range, whole.getAsLong()));
    }
}
