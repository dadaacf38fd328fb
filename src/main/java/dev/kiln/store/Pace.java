package dev.kiln.store;

import java.time.Instant;

/**
 * What was done in a minute.
 *
 * @param minute its beginning
 * @param results how many results were written
 * @param medianMs from submission to end of half of its jobs, by a sample; at most so long
 * @param p95Ms likewise of 95 of a hundred
 */
public record Pace(Instant minute, long results, long medianMs, long p95Ms) {}
