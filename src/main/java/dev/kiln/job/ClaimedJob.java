package dev.kiln.job;

import java.time.Duration;

/**
 * A job that this worker must run.
 *
 * @param lease the right to run it
 * @param spec what to run
 * @param waited until this claim, since the job could have been run: since its submission, the
 *     moment until which it was put off, or the end of its last pause
 * @param age at this claim, since its submission; at its first one as {@code waited}, so that the
 *     time for which a producer put it off does not count
 */
public record ClaimedJob(Lease lease, JobSpec spec, Duration waited, Duration age) {}
