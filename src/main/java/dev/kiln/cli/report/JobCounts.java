package dev.kiln.cli.report;

import dev.kiln.cli.client.PolledJob;
import java.util.Collection;

/** How far many jobs are. */
public final class JobCounts {

    private JobCounts() {}

    /** On one line. */
    public static String of(Collection<PolledJob> seen, int all) {
        long ended = seen.stream().filter(PolledJob::ended).count();
        return "%d of %d jobs ended".formatted(ended, all);
    }
}
