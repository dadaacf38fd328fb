package dev.kiln.tracing;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.URI;

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
                .filter(endpoint -> !usable(endpoint))
                .ifPresent(
                        endpoint -> {
                            throw new IllegalArgumentException(
                                    "kiln.tracing.endpoint must be http:// or https:// with the collector's host: "
                                            + endpoint);
                        });
        if (!usable(config.ratio())) {
            throw new IllegalArgumentException(
                    "kiln.tracing.ratio must be 0 to 1: " + config.ratio());
        }
    }

    /** Whether spans can be sent there at all. */
    static boolean usable(URI endpoint) {
        String scheme = endpoint.getScheme();
        return ("http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme))
                && endpoint.getHost() != null;
    }

    static boolean usable(double ratio) {
        return ratio >= 0 && ratio <= 1;
    }
}
