package dev.kiln.webhook;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * When to try again what failed.
 *
 * @param waits after the first failure, the second, and so on; none after those
 * @param random from 0 to 1: events that failed together must not come back together
 */
record Schedule(List<Duration> waits, DoubleSupplier random) {
    /** A wait is longer by up to this part of it. */
    private static final double SPREAD = 0.2;

    Schedule {
        waits = List.copyOf(waits);
        if (waits.stream().anyMatch(Duration::isNegative)) {
            throw new IllegalArgumentException(
                    "kiln.webhooks.schedule must have no wait below zero: " + waits);
        }
    }

    /**
     * How long to wait.
     *
     * @param failures in a row, from 1
     * @param asked how long the receiver wants to be left alone, if it said so
     * @return empty when that was the last attempt
     */
    Optional<Duration> after(int failures, @Nullable Duration asked) {
        if (failures > waits.size()) {
            return Optional.empty();
        }
        Duration planned = waits.get(failures - 1);
        Duration wait = asked != null && asked.compareTo(planned) > 0 ? asked : planned;
        return Optional.of(
                wait.plusMillis((long) (wait.toMillis() * SPREAD * random.getAsDouble())));
    }
}
