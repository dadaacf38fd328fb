package dev.kiln.job;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The identity of a job, chosen by its producer or by Kiln; the same id always means the same job.
 *
 * @param value any UUID; those that Kiln makes are version 7, so that they sort by time of creation
 */
public record JobId(UUID value) implements Comparable<JobId> {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Pattern CANONICAL =
            Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    /**
     * Reads the 36-character text form.
     *
     * @throws IllegalArgumentException when the text is not a UUID; {@link UUID#fromString} alone
     *     would also take shortened groups and pad them
     */
    public static JobId parse(String text) {
        if (!CANONICAL.matcher(text).matches()) {
            throw new IllegalArgumentException("not a UUID");
        }
        return new JobId(UUID.fromString(text));
    }

    /** A new UUIDv7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then random bits. */
    public static JobId next(Instant now) {
        long high = (now.toEpochMilli() << 16) | 0x7000 | RANDOM.nextInt(0x1000);
        long low = (RANDOM.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        return new JobId(new UUID(high, low));
    }

    /**
     * Orders as Postgres orders its uuid type (unsigned bytes), so that sorted inserts lock rows in
     * one order.
     */
    @Override
    public int compareTo(JobId other) {
        int high =
                Long.compareUnsigned(
                        value.getMostSignificantBits(), other.value.getMostSignificantBits());
        return high != 0
                ? high
                : Long.compareUnsigned(
                        value.getLeastSignificantBits(), other.value.getLeastSignificantBits());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
