package dev.kiln.dashboard;

import dev.kiln.store.RecentBatch;
import dev.kiln.store.RecentBatches;

/**
 * A batch in the list.
 *
 * @param progress how many have ended of how many, in words
 * @param ended how many have ended; 0 where there are too many to count here
 * @param most how many there are, 1 at least
 */
record BatchLine(String tenant, String name, String state, String progress, long ended, long most) {
    static BatchLine of(RecentBatch batch) {
        boolean counted = batch.jobs() < RecentBatches.MOST_JOBS;
        long all = batch.size() == null ? batch.jobs() : batch.size();
        long ended = counted ? batch.jobs() - batch.live() : 0;
        String progress =
                counted
                        ? "%s of %s ended".formatted(Words.number(ended), Words.number(all))
                        : "%s jobs or more, %s have not ended"
                                .formatted(Words.number(batch.jobs()), live(batch.live()));
        return new BatchLine(
                batch.tenant(), batch.name(), state(batch), progress, ended, Math.max(1, all));
    }

    private static String live(long live) {
        return Words.number(live) + (live < RecentBatches.MOST_JOBS ? "" : " or more");
    }

    private static String state(RecentBatch batch) {
        if (batch.completedAt() != null) {
            return "complete";
        }
        return batch.closedAt() == null ? "open" : "closed";
    }
}
