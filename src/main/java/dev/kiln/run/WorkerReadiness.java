package dev.kiln.run;

import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Role;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when this host can run programs; when it cannot, says why. */
@Readiness
@ApplicationScoped
class WorkerReadiness implements HealthCheck {
    private final HostHealth host;
    private final KilnConfig kiln;

    WorkerReadiness(HostHealth host, KilnConfig kiln) {
        this.host = host;
        this.kiln = kiln;
    }

    @Override
    public HealthCheckResponse call() {
        var response = HealthCheckResponse.named("sandbox");
        if (!kiln.roles().contains(Role.WORKER)) {
            return response.up().withData("role", "no worker").build();
        }
        return host.trouble()
                .map(trouble -> response.down().withData("trouble", trouble).build())
                .orElseGet(() -> response.up().build());
    }
}
