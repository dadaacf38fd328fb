package dev.kiln.lifecycle;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Keeps processes without a messaging role away from the broker: they need no credentials for it
 * and do not care whether it answers. An emitter's channel cannot be switched off, so that of a
 * missing role never makes its client.
 */
public final class RoleChannels implements ConfigSourceFactory {
    /** Above application.properties (250), below environment variables (300). */
    private static final int ORDINAL = 275;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        ConfigValue configured = context.getValue("kiln.roles");
        return configured == null || configured.getValue() == null
                ? List.of()
                : List.of(
                        new PropertiesConfigSource(
                                settings(configured.getValue()), "roles", ORDINAL));
    }

    /**
     * What follows from the value of {@code kiln.roles}; names that are no role are left to its own
     * validation.
     */
    static Map<String, String> settings(String value) {
        Set<String> roles =
                Arrays.stream(value.split(","))
                        .map(role -> role.strip().toUpperCase(Locale.ROOT))
                        .collect(Collectors.toSet());
        Map<String, String> settings = new HashMap<>();
        if (!roles.contains(Role.INTAKE.name())) {
            settings.put("mp.messaging.incoming.jobs.enabled", "false");
            settings.putAll(dormant("rejected"));
        }
        if (!roles.contains(Role.RELAY.name())) {
            settings.putAll(dormant("completions"));
        }
        return settings;
    }

    private static Map<String, String> dormant(String channel) {
        String prefix = "mp.messaging.outgoing." + channel + ".";
        return Map.of(prefix + "lazy-client", "true", prefix + "health-enabled", "false");
    }

    @Override
    public OptionalInt getPriority() {
        return OptionalInt.of(ORDINAL);
    }
}
