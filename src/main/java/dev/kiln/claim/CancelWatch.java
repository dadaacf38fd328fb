package dev.kiln.claim;

import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Loop;
import dev.kiln.lifecycle.Role;
import dev.kiln.store.CancelHints;
import dev.kiln.store.Doorbells;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Has the heartbeat look at once when this worker is told of a cancel. */
@ApplicationScoped
class CancelWatch {
    /** Also how long a stop of the process may wait for it. */
    private static final Duration TURN = Duration.ofSeconds(1);

    private final CancelHints hints;
    private final Doorbells doorbells;
    private final WorkerId id;
    private final KilnConfig kiln;
    private boolean again;
    private @Nullable Loop loop;
    private CancelHints.@Nullable Listener listener;

    CancelWatch(CancelHints hints, Doorbells doorbells, WorkerId id, KilnConfig kiln) {
        this.hints = hints;
        this.doorbells = doorbells;
        this.id = id;
        this.kiln = kiln;
    }

    void start(@Observes StartupEvent event) {
        if (kiln.roles().contains(Role.WORKER)) {
            var ears = hints.listener(id.value());
            listener = ears;
            loop = Loop.start("cancel-watch", () -> {}, () -> listen(ears));
        }
    }

    private void listen(CancelHints.Listener ears) {
        boolean told = ears.await(TURN);
        // Once more a turn later: a hint may overtake the answer to the claim of its job, and the
        // heartbeat then does not know that lease yet.
        if (told || again) {
            doorbells.cancels().ring();
        }
        again = told;
    }

    void stop(@Observes ShutdownEvent event) {
        if (loop != null) {
            loop.close();
        }
        if (listener != null) {
            listener.close();
        }
    }
}
