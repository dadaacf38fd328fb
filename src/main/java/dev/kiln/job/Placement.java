package dev.kiln.job;

import java.time.Instant;
import java.util.Map;
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
 */
public record Placement(
        String tenant,
        @Nullable String batch,
        int priority,
        Map<String, String> labels,
        @Nullable Instant runAt,
        @Nullable Instant deadline) {
    public static final int MIN_PRIORITY = -100;
    public static final int MAX_PRIORITY = 100;

    public Placement {
        if (tenant.isEmpty()) {
            throw new IllegalArgumentException("tenant must not be empty");
        }
        if (priority < MIN_PRIORITY || priority > MAX_PRIORITY) {
            throw new IllegalArgumentException("priority must be -100 to 100: " + priority);
        }
        labels = Map.copyOf(labels);
    }

    /** The same, in this batch. */
    public Placement in(@Nullable String other) {
        return new Placement(tenant, other, priority, labels, runAt, deadline);
    }
}
