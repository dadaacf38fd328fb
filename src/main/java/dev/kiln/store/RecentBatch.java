package dev.kiln.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A batch that was begun of late.
 *
 * @param size how many jobs it is to have, where a document said so
 * @param jobs how many it has, as far as they were counted
 * @param live how many of them have not ended, as far as they were counted
 * @param closedAt since when it takes no more; null while it does
 * @param completedAt when all had ended; null before
 */
public record RecentBatch(
        String tenant,
        String name,
        @Nullable Integer size,
        long jobs,
        long live,
        @Nullable Instant closedAt,
        @Nullable Instant completedAt) {}
