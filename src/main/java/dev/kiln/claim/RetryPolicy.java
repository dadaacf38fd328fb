package dev.kiln.claim;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How often, and after what delay, a job is tried again that the platform failed. A program's own
 * failure is never retried.
 *
 * @param maxAttempts attempts in all, at least 1
 * @param first the delay after the first attempt
 * @param longest the bound of all delays
 */
public record RetryPolicy(int maxAttempts, Duration first, Duration longest) {
    public RetryPolicy {
        if (maxAttempts < 1) {
            throw new IllegalArgumentException("maxAttempts must be >= 1: " + maxAttempts);
        }
        if (first.isNegative() || longest.compareTo(first) < 0) {
            throw new IllegalArgumentException(
                    "0 <= first <= longest must hold: " + first + ", " + longest);
        }
    }

    public static RetryPolicy of(ClaimConfig config) {
        return new RetryPolicy(config.maxAttempts(), config.backoff(), config.maxBackoff());
    }

    /** Whether this was the last attempt. */
    public boolean exhausted(int attempt) {
        return attempt >= maxAttempts;
    }

    /**
     * The delay after an attempt: doubling, bounded, and spread evenly over its upper half, so that
     * jobs which failed together do not come back together ("equal jitter").
     *
     * @param attempt from 1
     */
    public Duration delay(int attempt, RandomGenerator random) {
        long doubled = first.toMillis() << Math.min(attempt - 1, 30);
        long full = Math.min(doubled, longest.toMillis());
        return Duration.ofMillis(full / 2 + (long) (random.nextDouble() * (full - full / 2)));
    }
}
