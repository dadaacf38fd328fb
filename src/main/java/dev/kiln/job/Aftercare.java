package dev.kiln.job;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done about a job after its end.
 *
 * @param ttl how long it is kept then, in whole seconds, at least one; at most what an int of them
 *     can hold, which is 68 years
 * @param webhook the URL to which its completion event is posted; null for none
 */
public record Aftercare(Duration ttl, @Nullable String webhook) {
    /** That of jobs which nobody asked anything else for. */
    public static final Aftercare STANDARD = new Aftercare(Duration.ofDays(7), null);

    public Aftercare {
        if (ttl.getSeconds() < 1 || ttl.getSeconds() > Integer.MAX_VALUE || ttl.getNano() != 0) {
            throw new IllegalArgumentException(
                    "ttl must be whole seconds, 1 to %d: %s".formatted(Integer.MAX_VALUE, ttl));
        }
    }

    /** The time to live in seconds. */
    public int ttlSeconds() {
        return Math.toIntExact(ttl.getSeconds());
    }
}
