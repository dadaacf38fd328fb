package dev.kiln.cli.bench;

import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The stretch of a load that is measured: so many jobs in the middle, between two looks. Neither
 * what was prepared before the load, nor its slow end, when not all are at work any more, is in it.
 *
 * @param <T> what is looked at
 */
final class Window<T> {

    private final int lead;
    private final int jobs;
    private final Supplier<T> look;
    private int ended;
    private int failed;
    private @Nullable T first;
    private @Nullable T last;

    /**
     * @param lead how many jobs come before the measured ones, and after them; at least 1
     * @param jobs how many are measured
     */
    Window(int lead, int jobs, Supplier<T> look) {
        if (lead < 1 || jobs < 1) {
            throw new IllegalArgumentException("lead " + lead + ", jobs " + jobs);
        }
        this.lead = lead;
        this.jobs = jobs;
        this.look = look;
    }

    /** A lead that suits so many jobs. */
    static int leadOf(int jobs) {
        return Math.clamp(jobs / 10, 2, 20);
    }

    /** How many jobs the load is to have. */
    int load() {
        return jobs + 2 * lead;
    }

    /** Another job has ended. */
    synchronized void ended(boolean good) {
        failed += good ? 0 : 1;
        ended++;
        if (ended == lead) {
            first = look.get();
        } else if (ended == lead + jobs) {
            last = look.get();
        }
    }

    synchronized int failed() {
        return failed;
    }

    /** The look at the measured stretch's beginning; none when it has not been reached. */
    synchronized Optional<T> first() {
        return Optional.ofNullable(first);
    }

    /** The look at its end. */
    synchronized Optional<T> last() {
        return Optional.ofNullable(last);
    }
}
