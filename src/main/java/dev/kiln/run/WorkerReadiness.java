package dev.kiln.run;

import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Role;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready when this host can run programs; when it cannot, or not all, says why. A cordoned worker is
 * ready: nothing is wrong with it, and the process may play other roles.
 */
@Readiness
@ApplicationScoped
class WorkerReadiness implements HealthCheck {
    private final Standing standing;
    private final KilnConfig kiln;

    WorkerReadiness(Standing standing, KilnConfig kiln) {
        this.standing = standing;
        this.kiln = kiln;
    }

    @Override
    public HealthCheckResponse call() {
        var response = HealthCheckResponse.named("sandbox");
        if (!kiln.roles().contains(Role.WORKER)) {
            return response.up().withData("role", "no worker").build();
        }
        standing.lacking()
                .forEach((language, why) -> response.withData("language " + language, why));
        if (standing.cordoned()) {
            response.withData("cordoned", "claims nothing until ./kiln uncordon");
        }
        return standing.trouble()
                .map(trouble -> response.down().withData("trouble", trouble).build())
                .orElseGet(() -> response.up().build());
    }
}
