package dev.kiln.store;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A job's webhook.
 *
 * @param url where its events are posted
 * @param deliveries one for each end of the job, the last first; none before the first end
 */
public record Webhook(String url, List<Delivery> deliveries) {
    public Webhook {
        deliveries = List.copyOf(deliveries);
    }

    /**
     * An event on its way, or arrived, or given up.
     *
     * @param epoch in which the job ended
     * @param state {@code PENDING}, {@code DELIVERED} or {@code FAILED}
     * @param attempts that were begun in all
     * @param lastAt when the last one was
     * @param lastStatus what was answered to it, if anything was
     * @param lastError what was wrong with it
     * @param nextAt when the next one is due; null unless PENDING
     */
    public record Delivery(
            long epoch,
            String state,
            int attempts,
            @Nullable Instant lastAt,
            @Nullable Integer lastStatus,
            @Nullable String lastError,
            @Nullable Instant nextAt) {}
}
