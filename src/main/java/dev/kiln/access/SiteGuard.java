package dev.kiln.access;

import dev.kiln.access.Gate.Decision;
import dev.kiln.problem.Problem;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/**
 * Keeps what is no tenant's and no endpoint of the API, the metrics above all, for those who run
 * the site. The probes of health stay open: whoever asks them has no key.
 */
@Singleton
final class SiteGuard {
    private static final int AFTER_ROLE_GUARD = 8_000;
    private static final String SITE = "/q";
    private static final String HEALTH = "/q/health";

    private final Gate gate;

    SiteGuard(Gate gate) {
        this.gate = gate;
    }

    void register(@Observes Filters filters) {
        if (!gate.open()) {
            filters.register(this::guard, AFTER_ROLE_GUARD);
        }
    }

    private void guard(RoutingContext exchange) {
        String path = exchange.normalizedPath();
        if (!isBelow(path, SITE) || isBelow(path, HEALTH)) {
            exchange.next();
            return;
        }
        var authorization = exchange.request().headers().getAll(HttpHeaders.AUTHORIZATION);
        exchange.request().pause();
        // Beside the thread of the connection, since the database may be asked.
        exchange.vertx()
                .executeBlocking(() -> gate.admit(authorization, Right.OPERATE), false)
                .onComplete(
                        decision -> {
                            exchange.request().resume();
                            goOn(exchange, decision);
                        },
                        exchange::fail);
    }

    private static boolean isBelow(String path, String parent) {
        return path.equals(parent) || path.startsWith(parent + "/");
    }

    private static void goOn(RoutingContext exchange, Decision decision) {
        switch (decision) {
            case Decision.Admitted _ -> exchange.next();
            case Decision.Refused(var problem, var headers) -> {
                var response = exchange.response().setStatusCode(problem.status());
                headers.forEach(response::putHeader);
                response.putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                        .end(problem.json());
            }
        }
    }
}
