package dev.kiln.tracing;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/**
 * Turns the OpenTelemetry SDK on where an endpoint is configured, by Kiln's own name or the
 * standard one (Quarkus' has a default), and hands Kiln's settings on to it: only such as make
 * sense, since the SDK starts before {@link ConfigCheck} can refuse the others in a sentence.
 */
public final class TracingSwitch implements ConfigSourceFactory {
    /** Above application.properties (250), below environment variables (300). */
    private static final int ORDINAL = 275;

    private static final String QUARKUS_ENDPOINT = "quarkus.otel.exporter.otlp.endpoint";

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        String endpoint =
                Stream.of("kiln.tracing.endpoint", "otel.exporter.otlp.endpoint")
                        .map(name -> value(context, name))
                        .filter(value -> value != null && !value.isBlank())
                        .findFirst()
                        .orElse(null);
        if (endpoint == null
                || !sound(endpoint, context)
                || "true".equalsIgnoreCase(value(context, "otel.sdk.disabled"))) {
            return List.of();
        }
        Map<String, String> settings = new HashMap<>();
        settings.put("quarkus.otel.sdk.disabled", "false");
        settings.put("quarkus.otel.instrument.vertx-http", "true");
        settings.put(QUARKUS_ENDPOINT, endpoint);
        if ("http".equalsIgnoreCase(value(context, "kiln.tracing.protocol"))) {
            settings.put("quarkus.otel.exporter.otlp.protocol", "http/protobuf");
        }
        String ratio = value(context, "kiln.tracing.ratio");
        if (ratio != null) {
            settings.put("quarkus.otel.traces.sampler.arg", ratio);
        }
        return List.of(new PropertiesConfigSource(settings, "tracing", ORDINAL));
    }

    private static boolean sound(String endpoint, ConfigSourceContext context) {
        String ratio = value(context, "kiln.tracing.ratio");
        try {
            return ConfigCheck.usable(URI.create(endpoint))
                    && (ratio == null || ConfigCheck.usable(Double.parseDouble(ratio)));
        } catch (IllegalArgumentException noUriOrNumber) {
            return false;
        }
    }

    private static @Nullable String value(ConfigSourceContext context, String name) {
        ConfigValue configured = context.getValue(name);
        return configured == null ? null : configured.getValue();
    }

    @Override
    public OptionalInt getPriority() {
        return OptionalInt.of(ORDINAL);
    }
}
