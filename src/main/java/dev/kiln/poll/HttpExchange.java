package dev.kiln.poll;

import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.function.BooleanSupplier;

/** The current request as the HTTP server knows it. */
public record HttpExchange(CurrentVertxRequest request) implements LongPoll.Exchange {
    /**
     * Tells, from any thread and also later, whether this request was answered or its client has
     * gone. For who writes a stream meanwhile: what is written to a closed connection is lost
     * without a word, and {@link #onEnd} may not be told, since the stream's own handler for the
     * end of the connection takes the place of the one that tells it.
     */
    public BooleanSupplier over() {
        HttpServerResponse response = request.getCurrent().response();
        return () -> response.ended() || response.closed();
    }

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
