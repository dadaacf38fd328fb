package dev.kiln.job;

import java.time.Instant;

/**
 * A worker's right to run a job for a while. Whatever a worker writes about the job is conditional
 * on the epoch.
 *
 * @param job the claimed job
 * @param epoch the fencing token: raised by every claim, never reused; not the attempt count
 * @param owner the claiming worker's id, unique to its process
 * @param attempt which attempt this is, from 1
 * @param until when the lease ends unless extended, on the database's clock
 */
public record Lease(JobId job, long epoch, String owner, int attempt, Instant until) {}
