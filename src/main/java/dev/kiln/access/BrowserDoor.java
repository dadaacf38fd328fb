package dev.kiln.access;

import dev.kiln.problem.Problem;
import dev.kiln.problem.ProblemType;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The way by which browsers come in, who send cookies and not keys. Cookies count below {@code /ui}
 * and at {@code /} alone; the API itself knows none. What pages ask of the API they ask below
 * {@code /ui/v1/jobs}: it is the request to {@code /v1/jobs} with the session's key, and there all
 * is looked at that is looked at in any other.
 *
 * <p>No other site can make a browser do something here: the cookie is not sent along from there
 * ({@code SameSite=Strict}), and what changes something must name this server as its origin, which
 * {@code LocalGuard} compares.
 */
@Singleton
final class BrowserDoor {
    private static final int AFTER_LOCAL_GUARD = 9_500;
    private static final String PAGES = "/ui";
    private static final String API = "/ui/v1/jobs";
    private static final String KEY = "kiln.session-key";
    private static final Set<HttpMethod> HARMLESS = Set.of(HttpMethod.GET, HttpMethod.HEAD);

    private final BrowserSessions sessions;

    BrowserDoor(BrowserSessions sessions) {
        this.sessions = sessions;
    }

    void register(@Observes Filters filters) {
        filters.register(this::guard, AFTER_LOCAL_GUARD);
    }

    /** The Authorization headers of a request, or that which its session stands for. */
    static List<String> credentials(RoutingContext exchange) {
        @Nullable String key = exchange.get(KEY);
        return key == null
                ? exchange.request().headers().getAll(HttpHeaders.AUTHORIZATION)
                : List.of("Bearer " + key);
    }

    private void guard(RoutingContext exchange) {
        String path = exchange.normalizedPath();
        if (!path.equals("/") && !isBelow(path, PAGES)) {
            exchange.next();
            return;
        }
        var request = exchange.request();
        if (!HARMLESS.contains(request.method())
                && !request.headers().contains(HttpHeaders.ORIGIN)) {
            refuse(exchange);
            return;
        }
        var cookie = request.getCookie(BrowserSessions.COOKIE);
        if (cookie != null && sessions.needed()) {
            sessions.key(cookie.getValue()).ifPresent(key -> exchange.put(KEY, key));
        }
        if (isBelow(path, API)) {
            exchange.reroute(request.method(), path.substring(PAGES.length()));
        } else {
            exchange.next();
        }
    }

    private static boolean isBelow(String path, String parent) {
        return path.equals(parent) || path.startsWith(parent + "/");
    }

    private static void refuse(RoutingContext exchange) {
        exchange.response()
                .setStatusCode(ProblemType.FORBIDDEN.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .end(
                        Problem.of(
                                        ProblemType.FORBIDDEN,
                                        "a request that changes something must have the Origin header of a page of this server; programs use /v1")
                                .json());
    }
}
