package dev.kiln.claim;

import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Role;
import dev.kiln.store.Doorbells;
import dev.kiln.store.HintChannel;
import dev.kiln.store.HintReceiver;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Has the heartbeat look at once when this worker is told of a cancel. */
@ApplicationScoped
class CancelWatch implements HintReceiver {
    private static final Executor A_SECOND_LATER =
            CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS);

    private final Doorbells doorbells;
    private final WorkerId id;
    private final KilnConfig kiln;

    CancelWatch(Doorbells doorbells, WorkerId id, KilnConfig kiln) {
        this.doorbells = doorbells;
        this.id = id;
        this.kiln = kiln;
    }

    @Override
    public HintChannel channel() {
        return HintChannel.CANCEL;
    }

    @Override
    public boolean wanted() {
        return kiln.roles().contains(Role.WORKER);
    }

    @Override
    public void heard(String worker) {
        if (worker.equals(id.value())) {
            doorbells.cancels().ring();
            // Once more: a hint may overtake the answer to the claim of its job, and the heartbeat
            // then does not know that lease yet.
            A_SECOND_LATER.execute(doorbells.cancels()::ring);
        }
    }

    @Override
    public void mayHaveMissed() {
        doorbells.cancels().ring();
    }
}
