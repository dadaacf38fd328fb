package dev.kiln.lifecycle;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Alive as long as every loop goes on: claims, heartbeats, relays. One that fails and tries again
 * goes on; what it says is told, and is no reason for a restart, which would cure no server.
 */
@Liveness
@ApplicationScoped
class Progress implements HealthCheck {
    private final HealthConfig config;

    Progress(HealthConfig config) {
        this.config = config;
    }

    @Override
    public HealthCheckResponse call() {
        var response = HealthCheckResponse.named("loops").up();
        for (var loop : Loops.all()) {
            if (loop.failing()) {
                // Not why: what a server or a driver says is for the log alone.
                response.withData(
                        "degraded " + loop.name(),
                        "Its last turn failed, it tries again every second: the log has the cause.");
            }
            loop.stuck(config.stuckAfter())
                    .ifPresent(why -> response.down().withData("trouble " + loop.name(), why));
        }
        return response.build();
    }
}
