package dev.kiln.poll;

import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.http.HttpServerResponse;

/** The current request as the HTTP server knows it. */
public record HttpExchange(CurrentVertxRequest request) implements LongPoll.Exchange {
    @Override
    public void onEnd(Runnable action) {
        var context = request.getCurrent();
        HttpServerResponse response = context.response();
        // On the connection's own thread, which alone may touch the context's handlers, and which
        // makes "not over yet" and "will be told" one moment.
        context.vertx()
                .runOnContext(
                        _ -> {
                            context.addEndHandler(_ -> action.run());
                            if (response.ended() || response.closed()) {
                                action.run();
                            }
                        });
    }
}
