package dev.kiln.store;

import dev.kiln.job.JobId;
import java.time.Instant;

/**
 * A submission that was not accepted, remembered for whoever polls its id.
 *
 * @param id the id it carried
 * @param reason why, as JSON text: an array of {@code {"pointer", "message"}}
 * @param at when, on the database's clock
 */
public record Rejection(JobId id, String reason, Instant at) {}
