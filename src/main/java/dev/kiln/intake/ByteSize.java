package dev.kiln.intake;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A number of bytes, written as Docker writes sizes: {@code 512m}. One reading serves documents and
 * configuration.
 *
 * @param bytes zero or more
 */
public record ByteSize(long bytes) implements Comparable<ByteSize> {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,18})([kmg]?)b?");

    public ByteSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes must be >= 0: " + bytes);
        }
    }

    /**
     * Reads digits with an optional {@code k}, {@code m} or {@code g} (1024-based) and an optional
     * {@code b}, in either case.
     *
     * @throws IllegalArgumentException for anything else, and for more than a {@code long} can hold
     */
    public static ByteSize of(String text) {
        var parts = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!parts.matches()) {
            throw new IllegalArgumentException("not a size: " + text);
        }
        long unit =
                switch (parts.group(2)) {
                    case "k" -> 1L << 10;
                    case "m" -> 1L << 20;
                    case "g" -> 1L << 30;
                    default -> 1;
                };
        try {
            return new ByteSize(Math.multiplyExact(Long.parseLong(parts.group(1)), unit));
        } catch (ArithmeticException tooLarge) {
            throw new IllegalArgumentException("too large a size: " + text, tooLarge);
        }
    }

    @Override
    public int compareTo(ByteSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /** The size in the largest unit that leaves no fraction. */
    @Override
    public String toString() {
        if (bytes != 0 && bytes % (1L << 30) == 0) {
            return (bytes >> 30) + "g";
        }
        if (bytes != 0 && bytes % (1L << 20) == 0) {
            return (bytes >> 20) + "m";
        }
        if (bytes != 0 && bytes % (1L << 10) == 0) {
            return (bytes >> 10) + "k";
        }
        return Long.toString(bytes);
    }
}
