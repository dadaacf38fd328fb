package dev.kiln.intake;

import java.util.Optional;

/**
 * What the policy allows a limit to be.
 *
 * @param property the policy's property, for the message when it contradicts itself
 * @param min below it no program can work
 * @param standard what a job gets that asks for nothing
 * @param max the most a job may ask for
 */
record Range<T extends Comparable<T>>(String property, T min, T standard, T max) {
    Range {
        if (min.compareTo(standard) > 0 || standard.compareTo(max) > 0) {
            throw new IllegalArgumentException(
                    "%s must have min <= default <= max, has %s, %s, %s"
                            .formatted(property, min, standard, max));
        }
    }

    /** Why the value is not allowed, if it is not. */
    Optional<String> refusal(T asked) {
        if (asked.compareTo(min) < 0) {
            return Optional.of("must be at least " + min);
        }
        if (asked.compareTo(max) > 0) {
            return Optional.of("must be at most " + max + ", the most that is allowed");
        }
        return Optional.empty();
    }
}
