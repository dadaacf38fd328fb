package dev.kiln.cli.bench;

import dev.kiln.bench.host.Cgroups;
import dev.kiln.bench.host.Proc;
import java.time.Duration;
import java.util.Optional;

/**
 * What a window is measured by.
 *
 * @param nanos this JVM's clock
 * @param ticks processor time of the machine by its ticks ({@code /proc/stat})
 * @param exact processor time of the machine by the scheduler, where the kernel tells that
 */
record Moment(long nanos, Duration ticks, Optional<Duration> exact) {

    static Moment now() {
        return new Moment(
                System.nanoTime(), Proc.ofThisHost().busy(), Cgroups.ofThisHost().machine());
    }
}
