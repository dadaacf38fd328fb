package dev.kiln.tracing;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Has settings that make no sense refused at the start. */
@ApplicationScoped
class ConfigCheck {
    private static final int FIRST = 50;

    void check(@Observes @Priority(FIRST) StartupEvent event, TracingConfig config) {
        check(config);
    }

    static void check(TracingConfig config) {
        config.protocol();
        config.endpoint()
                .filter(endpoint -> !isHttp(endpoint.getScheme()) || endpoint.getHost() == null)
                .ifPresent(
                        endpoint -> {
                            throw new IllegalArgumentException(
                                    "kiln.tracing.endpoint must be http:// or https:// with the collector's host: "
                                            + endpoint);
                        });
        if (!(config.ratio() >= 0 && config.ratio() <= 1)) {
            throw new IllegalArgumentException(
                    "kiln.tracing.ratio must be 0 to 1: " + config.ratio());
        }
    }

    private static boolean isHttp(String scheme) {
        return "http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme);
    }
}
