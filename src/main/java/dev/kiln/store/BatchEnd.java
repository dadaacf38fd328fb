package dev.kiln.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A batch that is complete: closed, and all its jobs have ended.
 *
 * @param size how many jobs it was to have, where a document said so
 * @param jobs what had become of its jobs at that moment
 * @param completedAt when that was seen, by the database's clock
 */
public record BatchEnd(
        String tenant,
        String name,
        @Nullable Integer size,
        Batch jobs,
        Instant closedAt,
        Instant completedAt) {}
