package dev.kiln.access;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithParentName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** How much a tenant may have, where keys tell the tenants apart. */
@ConfigMapping(prefix = "kiln.quota")
public interface QuotaConfig {
    /** For each tenant of which nothing else is said. */
    @WithParentName
    Bounds all();

    /** For one tenant; what is not set is as for all. */
    Map<String, Bounds> tenants();

    /** Bounds; none where they are not set. */
    interface Bounds {
        /** Jobs that wait, also those that were put off: at so many submissions are refused. */
        Optional<Integer> queued();

        /** Requests in the long run; counted by each process for itself. */
        Optional<Integer> requestsPerSecond();

        /** Requests at once after a pause; twice those of a second unless set. */
        Optional<Integer> burst();
    }

    /** What holds for one tenant. */
    default Optional<Integer> of(String tenant, Function<Bounds, Optional<Integer>> bound) {
        var own = Optional.ofNullable(tenants().get(tenant)).flatMap(bound);
        var value = own.or(() -> bound.apply(all()));
        if (value.isPresent() && value.get() < 1) {
            throw new IllegalArgumentException(
                    "kiln.quota must have bounds >= 1, or leave them out: " + value.get());
        }
        return value;
    }

    /**
     * Looks at all of it.
     *
     * @throws IllegalArgumentException when a bound makes no sense
     */
    default void check() {
        var bounds =
                List.<Function<Bounds, Optional<Integer>>>of(
                        Bounds::queued, Bounds::requestsPerSecond, Bounds::burst);
        bounds.forEach(
                bound -> {
                    of("", bound);
                    tenants().keySet().forEach(tenant -> of(tenant, bound));
                });
    }
}
