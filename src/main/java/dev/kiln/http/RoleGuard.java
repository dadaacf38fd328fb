package dev.kiln.http;

import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Role;
import dev.kiln.problem.Problem;
import dev.kiln.problem.ProblemType;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Hides the API where the process does not have its role: only {@code /q/…} is answered there. */
@Singleton
class RoleGuard {
    private static final int AFTER_LOCAL_GUARD = 9_000;

    private final KilnConfig kiln;

    RoleGuard(KilnConfig kiln) {
        this.kiln = kiln;
    }

    void register(@Observes Filters filters) {
        if (!kiln.roles().contains(Role.API)) {
            filters.register(RoleGuard::guard, AFTER_LOCAL_GUARD);
        }
    }

    private static void guard(RoutingContext context) {
        if (context.normalizedPath().startsWith("/q/")) {
            context.next();
            return;
        }
        var type = ProblemType.NOT_FOUND;
        context.response()
                .setStatusCode(type.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .end(Problem.of(type, "this process does not play the role api").json());
    }
}
