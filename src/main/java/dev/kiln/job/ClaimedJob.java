package dev.kiln.job;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A job that this worker must run.
 *
 * @param lease the right to run it
 * @param spec what to run
 * @param waited until this claim, since the job could have been run: since its submission, the
 *     moment until which it was put off, or the end of its last pause
 * @param age at this claim, since its submission; at its first one as {@code waited}, so that the
 *     time for which a producer put it off does not count
 * @param trace the trace that it belongs to; null of what is not traced
 */
public record ClaimedJob(
        Lease lease, JobSpec spec, Duration waited, Duration age, @Nullable TraceParent trace) {}
