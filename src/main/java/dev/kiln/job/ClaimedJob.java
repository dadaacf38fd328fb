package dev.kiln.job;

/**
 * A job that this worker must run.
 *
 * @param lease the right to run it
 * @param spec what to run
 */
public record ClaimedJob(Lease lease, JobSpec spec) {}
