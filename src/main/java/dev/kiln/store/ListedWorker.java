package dev.kiln.store;

import java.time.Duration;
import java.time.Instant;

/**
 * A worker as the database has it.
 *
 * @param entry what it last said of itself
 * @param busy how many jobs it holds now
 * @param cordoned whether an operator told it to take no more
 * @param live false when it has been silent for a lease
 * @param startedAt when it first registered
 * @param silent for how long nothing was heard of it
 */
public record ListedWorker(
        WorkerEntry entry,
        int busy,
        boolean cordoned,
        boolean live,
        Instant startedAt,
        Duration silent) {}
