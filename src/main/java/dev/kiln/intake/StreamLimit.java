package dev.kiln.intake;

import io.quarkus.vertx.http.runtime.RouteConstants;
import io.quarkus.vertx.http.runtime.VertxHttpRecorder;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/**
 * Takes the server's limit of a body's length ({@code quarkus.http.limits.max-body-size}) from
 * batches of lines, which are read as they come: it would cut a stream in its middle. Bodies that
 * say their length beforehand are still held to it.
 */
@Singleton
class StreamLimit {
    private static final long NONE = -1;

    void register(@Observes Router router) {
        router.route(HttpMethod.POST, "/v1/batches")
                .order(RouteConstants.ROUTE_ORDER_UPLOAD_LIMIT + 1)
                .handler(StreamLimit::lift);
    }

    private static void lift(RoutingContext context) {
        String type = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
        if (type != null && type.startsWith(BatchBody.NDJSON)) {
            context.put(VertxHttpRecorder.MAX_REQUEST_SIZE_KEY, NONE);
        }
        context.next();
    }
}
