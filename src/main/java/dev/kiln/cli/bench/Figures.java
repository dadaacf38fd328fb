package dev.kiln.cli.bench;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.List;

/** Numbers as reports tell them. */
final class Figures {

    private static final double NANOS = 1e9;

    private Figures() {}

    /** With so many digits behind the point. */
    static double round(double value, int digits) {
        return Double.isFinite(value)
                ? BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_UP).doubleValue()
                : 0;
    }

    /** In milliseconds, to a tenth. */
    static double millis(Duration time) {
        return round(time.toNanos() / 1e6, 1);
    }

    /** In seconds. */
    static double seconds(Duration time) {
        return time.toNanos() / NANOS;
    }

    /** In millions of bytes, to a tenth. */
    static double megabytes(long bytes) {
        return round(bytes / 1e6, 1);
    }

    /** One divided by the other; 0 where that is no number. */
    static double ratio(double one, double other) {
        return other == 0 ? 0 : one / other;
    }

    /** The middle one, or the mean of the two in the middle; 0 of none. */
    static double median(List<Double> values) {
        if (values.isEmpty()) {
            return 0;
        }
        var sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
