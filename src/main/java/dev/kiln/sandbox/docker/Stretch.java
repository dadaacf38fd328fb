package dev.kiln.sandbox.docker;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The time of one step, the compiler's or the program's, as seen from the host: for when the runner
 * could not report on it.
 *
 * @param startedNanos on this host's monotonic clock
 * @param atStart the accounts at that moment
 */
record Stretch(long startedNanos, Cgroup.Sample atStart) {
    /** How long it took until then. */
    Duration wall(long endedNanos) {
        return Duration.ofNanos(endedNanos - startedNanos);
    }

    /** What the whole sandbox used in it. */
    @Nullable Duration cpu(Cgroup.Sample atEnd) {
        return atEnd.cpu() == null || atStart.cpu() == null
                ? null
                : atEnd.cpu().minus(atStart.cpu());
    }
}
