package dev.kiln.poll;

import dev.kiln.store.JobQuery;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.UUID;

/**
 * Where a page of a list ended, as clients carry it: 24 bytes in base64 that mean nothing to them.
 */
public final class ListCursor {
    private static final int BYTES = 3 * Long.BYTES;

    private ListCursor() {}

    /** The place as clients carry it. */
    public static String of(JobQuery.Place place) {
        long micros = ChronoUnit.MICROS.between(Instant.EPOCH, place.submittedAt());
        byte[] bytes =
                ByteBuffer.allocate(BYTES)
                        .putLong(micros)
                        .putLong(place.id().getMostSignificantBits())
                        .putLong(place.id().getLeastSignificantBits())
                        .array();
        return Base64.getUrlEncoder().encodeToString(bytes);
    }

    /**
     * The reverse of {@link #of}.
     *
     * @throws IllegalArgumentException for any other text
     */
    static JobQuery.Place parse(String text) {
        byte[] bytes = Base64.getUrlDecoder().decode(text);
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("not a cursor");
        }
        var in = ByteBuffer.wrap(bytes);
        try {
            var submittedAt = Instant.EPOCH.plus(in.getLong(), ChronoUnit.MICROS);
            ListRequest.requireWritten(submittedAt);
            return new JobQuery.Place(submittedAt, new UUID(in.getLong(), in.getLong()));
        } catch (DateTimeException | ArithmeticException noMoment) {
            throw new IllegalArgumentException("not a cursor", noMoment);
        }
    }
}
