package dev.kiln.intake;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whose jobs come over which topic. */
@ConfigMapping(prefix = "kiln.intake.topics")
public interface TopicsConfig {
    /**
     * Whether documents on the topic that is no tenant's own may name any tenant; otherwise all of
     * them are of the tenant {@code default}.
     */
    @WithDefault("true")
    boolean trusted();

    /** Topics of their own, by tenant: whatever comes there is that tenant's. */
    Map<String, String> tenants();

    /** Whose topic it is; empty when its documents may name any tenant. */
    default Optional<String> tenantOf(String topic) {
        return tenants().entrySet().stream()
                .filter(own -> own.getValue().equals(topic))
                .map(Map.Entry::getKey)
                .findFirst()
                .or(() -> trusted() ? Optional.empty() : Optional.of(TenantName.DEFAULT));
    }

    /**
     * Looks at all of it.
     *
     * @throws IllegalArgumentException when a name is none, or a topic is that of two tenants
     */
    default void check() {
        tenants()
                .keySet()
                .forEach(
                        tenant -> {
                            if (!TenantName.isName(tenant)) {
                                throw new IllegalArgumentException(
                                        "kiln.intake.topics.tenants: the tenant "
                                                + TenantName.RULE);
                            }
                        });
        if (tenants().values().stream().collect(Collectors.toSet()).size() < tenants().size()) {
            throw new IllegalArgumentException(
                    "kiln.intake.topics.tenants must give each tenant a topic of its own: "
                            + tenants());
        }
    }
}
