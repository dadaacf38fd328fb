package dev.kiln.job;

import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a job stands among others: whose it is, in which batch, how urgent, when.
 *
 * @param tenant who the job belongs to
 * @param batch the batch it was submitted in, if any; unique within the tenant
 * @param priority from -100 to 100; higher is claimed first
 * @param labels the producer's own, for finding jobs again
 * @param runAt not before this moment; null for at once
 * @param deadline expires if not started before this moment; null for never
 * @param batchSize how many jobs the batch is to have, from 1; null where this job does not say
 */
public record Placement(
        String tenant,
        @Nullable String batch,
        int priority,
        Map<String, String> labels,
        @Nullable Instant runAt,
        @Nullable Instant deadline,
        @Nullable Integer batchSize) {
    /** The tenant of whoever names none. */
    public static final String DEFAULT_TENANT = "default";

    /** What tenants, batches and the like may be called, to follow the name of the field. */
    public static final String NAME_RULE = "must be 1 to 128 of the characters A-Z a-z 0-9 . _ : -";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

    public static final int MIN_PRIORITY = -100;
    public static final int MAX_PRIORITY = 100;

    /** How many jobs a batch of a given size may have at most. */
    public static final int MAX_BATCH_SIZE = 100_000_000;

    public Placement {
        if (tenant.isEmpty()) {
            throw new IllegalArgumentException("tenant must not be empty");
        }
        if (priority < MIN_PRIORITY || priority > MAX_PRIORITY) {
            throw new IllegalArgumentException("priority must be -100 to 100: " + priority);
        }
        labels = Map.copyOf(labels);
        if (batchSize != null && (batch == null || batchSize < 1 || batchSize > MAX_BATCH_SIZE)) {
            throw new IllegalArgumentException(
                    "batchSize must be 1 to %d, of a batch: %d"
                            .formatted(MAX_BATCH_SIZE, batchSize));
        }
    }

    /** Of a job that says nothing of its batch's size. */
    public Placement(
            String tenant,
            @Nullable String batch,
            int priority,
            Map<String, String> labels,
            @Nullable Instant runAt,
            @Nullable Instant deadline) {
        this(tenant, batch, priority, labels, runAt, deadline, null);
    }

    /** Whether the text is as {@link #NAME_RULE} says. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** The same, in this batch, which is to have so many jobs. */
    public Placement in(@Nullable String other, @Nullable Integer size) {
        return new Placement(tenant, other, priority, labels, runAt, deadline, size);
    }
}
