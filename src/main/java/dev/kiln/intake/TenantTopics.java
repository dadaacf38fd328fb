package dev.kiln.intake;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Has the channel of the jobs subscribe to the topics of tenants too, so that each is named once:
 * in {@code kiln.intake.topics.tenants}. The connector takes either one topic or several.
 */
public final class TenantTopics implements ConfigSourceFactory {
    static final String TENANTS = "kiln.intake.topics.tenants.";
    static final String TOPIC = "mp.messaging.incoming.jobs.topic";
    static final String TOPICS = "mp.messaging.incoming.jobs.topics";

    /** Above whatever else says what the one topic is. */
    private static final int ORDINAL = 500;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        ConfigValue common = context.getValue(TOPIC);
        Set<String> names = new TreeSet<>();
        context.iterateNames()
                .forEachRemaining(
                        name -> {
                            if (name.startsWith(TENANTS)) {
                                names.add(name);
                            }
                        });
        if (names.isEmpty() || common == null || common.getValue() == null) {
            return List.of();
        }
        Set<String> topics = new LinkedHashSet<>(List.of(common.getValue()));
        names.stream()
                .map(context::getValue)
                .filter(value -> value != null && value.getValue() != null)
                .forEach(value -> topics.add(value.getValue()));
        return List.of(
                new PropertiesConfigSource(
                        Map.of(TOPICS, String.join(",", topics), TOPIC, ""),
                        "tenant-topics",
                        ORDINAL));
    }

    @Override
    public OptionalInt getPriority() {
        return OptionalInt.of(ORDINAL);
    }
}
