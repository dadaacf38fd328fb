package dev.kiln.cli.client;

import java.time.Duration;

/**
 * The pauses between two looks at a job: short at first, for short jobs, and longer while it lasts.
 */
public final class PollInterval {

    private static final Duration FIRST = Duration.ofMillis(20);
    private static final Duration LONGEST = Duration.ofMillis(500);

    private Duration next = FIRST;

    /** The next pause. */
    public Duration next() {
        Duration now = next;
        Duration longer = now.multipliedBy(3).dividedBy(2);
        next = longer.compareTo(LONGEST) > 0 ? LONGEST : longer;
        return now;
    }

    /** What the next pause will be. */
    public Duration peek() {
        return next;
    }

    /**
     * Lets the rest of the next pause pass.
     *
     * @param start when it began, by {@link System#nanoTime}
     */
    public void awaitSince(long start) throws InterruptedException {
        var left = next().minusNanos(System.nanoTime() - start);
        if (left.isPositive()) {
            Thread.sleep(left);
        }
    }

    /** Short pauses again, since something has happened. */
    public void reset() {
        next = FIRST;
    }
}
