package dev.kiln.store;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when the database answers; when it does not, says why. */
@Readiness
@ApplicationScoped
class DatabaseReadiness implements HealthCheck {
    private final Schema schema;

    DatabaseReadiness(Schema schema) {
        this.schema = schema;
    }

    @Override
    public HealthCheckResponse call() {
        var response = HealthCheckResponse.named("postgres");
        return schema.reach()
                .map(trouble -> response.down().withData("trouble", trouble).build())
                .orElseGet(() -> response.up().build());
    }
}
