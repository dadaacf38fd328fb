package dev.kiln.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kiln.store.QueueStore;
import dev.kiln.store.StoreUnavailable;
import io.github.bucket4j.Bucket;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntBiFunction;

/**
 * Holds tenants to their bounds. Requests are counted by this process for itself: behind three of
 * them a tenant has three times as many. Queued jobs are counted in the database, by an index and
 * no further than the bound, and the count is believed for a second: what comes within it goes
 * beyond the bound.
 */
@Singleton
public final class Quotas {
    private static final Duration BELIEVED = Duration.ofSeconds(1);

    private final QuotaConfig config;
    private final ToIntBiFunction<String, Integer> queued;
    private final Cache<String, Integer> counts;

    /** Of tenants that have keys, which are not many. */
    private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();

    @Inject
    Quotas(QuotaConfig config, QueueStore queue) {
        this(config, queue::queued, BELIEVED);
    }

    Quotas(QuotaConfig config, ToIntBiFunction<String, Integer> queued, Duration believed) {
        config.check();
        this.config = config;
        this.queued = queued;
        this.counts = Caffeine.newBuilder().expireAfterWrite(believed).build();
    }

    /** Takes one request in; where that is one too many, how long to wait. */
    Optional<Duration> tooFast(String tenant) {
        return config.of(tenant, QuotaConfig.Bounds::requestsPerSecond)
                .flatMap(
                        perSecond -> {
                            var probe =
                                    buckets.computeIfAbsent(tenant, _ -> bucket(tenant, perSecond))
                                            .tryConsumeAndReturnRemaining(1);
                            return probe.isConsumed()
                                    ? Optional.empty()
                                    : Optional.of(
                                            Duration.ofNanos(probe.getNanosToWaitForRefill()));
                        });
    }

    private Bucket bucket(String tenant, int perSecond) {
        int burst =
                config.of(tenant, QuotaConfig.Bounds::burst)
                        .orElse((int) Math.min(2L * perSecond, Integer.MAX_VALUE));
        return Bucket.builder()
                .addLimit(
                        limit ->
                                limit.capacity(burst)
                                        .refillGreedy(perSecond, Duration.ofSeconds(1)))
                .build();
    }

    /**
     * The tenant's bound on queued jobs, if it has reached it.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Optional<Integer> reached(String tenant) {
        return config.of(tenant, QuotaConfig.Bounds::queued)
                .filter(most -> counts.get(tenant, t -> queued.applyAsInt(t, most)) >= most);
    }
}
