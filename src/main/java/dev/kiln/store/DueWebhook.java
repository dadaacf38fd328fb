package dev.kiln.store;

import dev.kiln.job.Completion;

/**
 * An event that is to be posted now, by whoever got this and nobody else for a while.
 *
 * @param delivery its row
 * @param attempt which attempt this is, from 1; what came of an earlier one no longer counts
 * @param failures attempts that failed since the job's end, or since somebody asked to try again
 * @param url where to
 * @param host that of the URL, by which attempts are counted
 */
public record DueWebhook(
        long delivery, int attempt, int failures, String url, String host, Completion event) {}
