package dev.kiln.store;

import dev.kiln.job.Limits;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a job was submitted as, and what becomes of it beside its state.
 *
 * @param code the beginning of its source
 * @param codeBytes how long the source is
 * @param stdin the beginning of its standard input
 * @param stdinBytes how long that is
 * @param args its arguments
 * @param limits it may use no more
 * @param runAt when it was to run at the earliest
 * @param deadline EXPIRED unless first started before
 * @param cancelRequested whether its program is to be stopped
 * @param claimedAt when it was claimed last; null when it never was
 * @param unpublished whether an event of it is still to be published
 * @param publishedAt when the broker had acknowledged the event of its last end; null where there
 *     is none, and where that is no longer written down
 */
public record JobDetails(
        byte[] code,
        long codeBytes,
        byte[] stdin,
        long stdinBytes,
        List<String> args,
        Limits limits,
        Instant runAt,
        @Nullable Instant deadline,
        boolean cancelRequested,
        @Nullable Instant claimedAt,
        boolean unpublished,
        @Nullable Instant publishedAt) {
    public JobDetails {
        args = List.copyOf(args);
    }
}
