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

    /** Lets it pass. */
    public void await() throws InterruptedException {
        Thread.sleep(next());
    }

    /** Short pauses again, since something has happened. */
    public void reset() {
        next = FIRST;
    }
}
