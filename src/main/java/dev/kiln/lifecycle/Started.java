package dev.kiln.lifecycle;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Startup;

/** Started when the preflight has passed and all that this process is there for was begun. */
@Startup
@ApplicationScoped
class Started implements HealthCheck {
    private static final int LAST = 100_000;

    private volatile boolean begun;

    /** After all others. */
    void begun(@Observes @Priority(LAST) StartupEvent event) {
        begun = true;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("start").status(begun).build();
    }
}
