package dev.kiln.run;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How many jobs a worker may claim beyond its free slots: as many as its slots have lately ended
 * within the time for which a job may wait here, less one for each slot.
 *
 * <p>Slots whose jobs take longer than that time end one each within it at most, however their ends
 * fall together: of such jobs none is ever claimed ahead. Not for use by several threads at once.
 */
final class Turnover {
    /** The most that are claimed ahead, however short they are. */
    static final int MOST = 64;

    /** For how long none is claimed ahead after it went wrong once. */
    static final Duration REST = Duration.ofSeconds(1);

    private final int slots;
    private final long within;
    private final LongSupplier nanoTime;

    /** The last ends, oldest first, from {@code first} on, around the array's end. */
    private final long[] ends;

    private int first;
    private int count;

    private boolean resting;
    private long restsUntil;

    /**
     * @param within for how long a job may wait here; zero for not at all
     */
    Turnover(int slots, Duration within, LongSupplier nanoTime) {
        this.slots = slots;
        this.within = within.toNanos();
        this.nanoTime = nanoTime;
        this.ends = new long[slots + MOST];
    }

    /** A job has left its slot. */
    void ended() {
        if (count == ends.length) {
            removeFirst();
        }
        ends[(first + count) % ends.length] = nanoTime.getAsLong();
        count++;
    }

    /**
     * How many may be claimed ahead now.
     *
     * @param oldest since when the job has had its slot that has had it longest; now when none has
     */
    int ahead(long oldest) {
        long now = nanoTime.getAsLong();
        while (count > 0 && now - ends[first] >= within) {
            removeFirst();
        }
        resting &= now - restsUntil < 0;
        // One that takes longer may be the first of many.
        return resting || now - oldest >= within ? 0 : Math.max(0, count - slots);
    }

    /** What was measured no longer holds: none is claimed ahead for a while. */
    void rest() {
        resting = true;
        restsUntil = nanoTime.getAsLong() + REST.toNanos();
    }

    private void removeFirst() {
        first = (first + 1) % ends.length;
        count--;
    }
}
