package dev.kiln.access;

import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** Who sent the request that is being answered. */
@Singleton
public final class Callers {
    private static final String CALLER = "kiln.caller";
    private static final String SUBJECT = "kiln.subject";

    private final boolean open;
    private final CurrentVertxRequest request;

    Callers(AccessConfig config, CurrentVertxRequest request) {
        this.open = config.mode() == AccessMode.OPEN;
        this.request = request;
    }

    /**
     * The sender.
     *
     * @throws IllegalStateException where keys are needed and this thread answers no request that
     *     came with one
     */
    public Caller current() {
        if (open) {
            return Caller.OPEN;
        }
        return admitted(request.getCurrent());
    }

    /** Who was admitted with this request. */
    static Caller admitted(@Nullable RoutingContext exchange) {
        @Nullable Caller caller = exchange == null ? null : exchange.get(CALLER);
        if (caller == null) {
            throw new IllegalStateException("nobody was admitted to do this");
        }
        return caller;
    }

    /** What the audit is to call that to which the current request did something. */
    public void audit(String subject) {
        if (!open && request.getCurrent() != null) {
            request.getCurrent().put(SUBJECT, subject);
        }
    }

    static void admit(RoutingContext exchange, Caller caller) {
        exchange.put(CALLER, caller);
    }

    static @Nullable String subject(RoutingContext exchange) {
        return exchange.get(SUBJECT);
    }
}
