package dev.kiln.intake;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Says when the doors are closed because too many jobs wait. That is no reason to send clients
 * elsewhere: all other processes say the same, and everything but submissions is answered.
 */
@Readiness
@ApplicationScoped
class DoorReadiness implements HealthCheck {
    private final QueueGauge queue;

    DoorReadiness(QueueGauge queue) {
        this.queue = queue;
    }

    @Override
    public HealthCheckResponse call() {
        var response = HealthCheckResponse.named("doors").up();
        if (queue.full()) {
            response.withData(
                    "degraded",
                    "No jobs are taken: as many wait as may (kiln.intake.max-queued). The topic is paused and HTTP answers 429 until workers have caught up: add workers, or look at why they take none.");
        }
        return response.build();
    }
}
