package dev.kiln.store;

import java.time.Instant;

/**
 * An attempt at a job that came to nothing.
 *
 * @param epoch the claim it was made under
 * @param worker who made it
 * @param startedAt when it was claimed
 * @param endedAt when it was given up, on the database's clock
 * @param counted whether it counts towards the limit of attempts
 * @param fault what went wrong
 */
public record Attempt(
        long epoch,
        String worker,
        Instant startedAt,
        Instant endedAt,
        boolean counted,
        String fault) {}
