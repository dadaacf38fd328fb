package dev.kiln.store;

import dev.kiln.job.JobId;
import java.time.Instant;

/**
 * A job that was removed and whose id is remembered.
 *
 * @param tenant whose it was
 * @param at when it was removed
 */
public record RetiredJob(JobId id, String tenant, Instant at) {}
