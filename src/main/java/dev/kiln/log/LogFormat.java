package dev.kiln.log;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Turns the console's JSON on where {@code kiln.log.format} says so. What is neither of the formats
 * is text here and refused by {@link LogConfig}.
 */
public final class LogFormat implements ConfigSourceFactory {
    /** Above application.properties (250), below environment variables (300). */
    private static final int ORDINAL = 275;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        ConfigValue configured = context.getValue("kiln.log.format");
        boolean json = configured != null && "json".equalsIgnoreCase(configured.getValue());
        return json
                ? List.of(
                        new PropertiesConfigSource(
                                Map.of("quarkus.log.console.json.enabled", "true"),
                                "log-format",
                                ORDINAL))
                : List.of();
    }

    @Override
    public OptionalInt getPriority() {
        return OptionalInt.of(ORDINAL);
    }
}
