package dev.kiln.access.oidc;

import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Role;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready when tokens can be verified; when they cannot, says why. An issuer that went away while its
 * keys can still be used makes nobody less ready, and is told.
 */
@Readiness
@ApplicationScoped
class IssuerReadiness implements HealthCheck {
    private final Tokens tokens;
    private final KilnConfig kiln;

    IssuerReadiness(Tokens tokens, KilnConfig kiln) {
        this.tokens = tokens;
        this.kiln = kiln;
    }

    @Override
    public HealthCheckResponse call() {
        var response = HealthCheckResponse.named("oidc");
        if (!tokens.on() || !kiln.roles().contains(Role.API)) {
            return response.up().withData("role", "no tokens are taken").build();
        }
        var health = tokens.health();
        if (health.trouble() != null) {
            response.withData("trouble", health.trouble());
        }
        return response.status(health.good()).build();
    }
}
