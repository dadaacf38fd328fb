package dev.kiln.run;

import dev.kiln.claim.ClaimConfig;
import dev.kiln.claim.WorkerId;
import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Loop;
import dev.kiln.lifecycle.Role;
import dev.kiln.lifecycle.Stopping;
import dev.kiln.store.ClaimStore;
import dev.kiln.store.Doorbells;
import dev.kiln.store.StoreUnavailable;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Fills this host's slots: claims as many jobs as there are free ones, and while jobs are short as
 * many more as these slots end while one claim is made.
 */
@ApplicationScoped
public class Dispatcher {
    private static final Logger LOG = Logger.getLogger(Dispatcher.class);

    private final JobsInHand hand;
    private final ClaimStore claimable;
    private final HostHealth health;
    private final Doorbells doorbells;
    private final ClaimConfig claims;
    private final WorkerConfig worker;
    private final KilnConfig kiln;
    private final WorkerId id;
    private final LostClaims lost;

    /** Whether a claim may have taken effect whose answer never came. */
    private volatile boolean inDoubt;

    private Pause pause = Pause.NONE;
    private @Nullable Loop loop;

    /** Why the last turn left slots free. */
    private enum Pause {
        NONE,
        NOTHING_QUEUED,
        HOST_UNAVAILABLE
    }

    Dispatcher(
            JobsInHand hand,
            ClaimStore claimable,
            HostHealth health,
            Doorbells doorbells,
            ClaimConfig claims,
            WorkerConfig worker,
            KilnConfig kiln,
            WorkerId id,
            LostClaims lost) {
        this.hand = hand;
        this.claimable = claimable;
        this.health = health;
        this.doorbells = doorbells;
        this.claims = claims;
        this.worker = worker;
        this.kiln = kiln;
        this.id = id;
        this.lost = lost;
    }

    void start(@Observes StartupEvent event) {
        if (kiln.roles().contains(Role.WORKER)) {
            LOG.infof(
                    "worker=%s slots=%d memoryBudget=%dMiB",
                    id, worker.effectiveSlots(), worker.effectiveMemoryBudget() >> 20);
            loop = Loop.start("dispatcher", this::awaitTurn, this::turn);
        }
    }

    private void awaitTurn() throws InterruptedException {
        switch (pause) {
            case NONE -> {}
            case NOTHING_QUEUED ->
                    doorbells.queued().await(shorter(claims.poll(), hand.patience()));
            // Rung too when the host is seen to be well again.
            case HOST_UNAVAILABLE -> doorbells.queued().await(worker.probe());
        }
        hand.awaitTurn();
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private void turn() {
        hand.giveBack();
        if (health.trouble().isPresent()) {
            pause = Pause.HOST_UNAVAILABLE;
            return;
        }
        if (inDoubt) {
            lost.giveBack(hand.claims());
            inDoubt = false;
        }
        var room = hand.room();
        if (room.none()) {
            pause = Pause.NONE;
            return;
        }
        inDoubt = true;
        var claimed = claimable.claim(id.value(), room.jobs(), room.memory(), claims.lease());
        inDoubt = false;
        hand.take(claimed);
        // Fewer than asked for: no more are there. To ask again at once would only take the
        // processor from the starts of those that were.
        pause = claimed.size() < room.jobs() ? Pause.NOTHING_QUEUED : Pause.NONE;
    }

    /**
     * Drains: claims no more, gives back what has not begun, lets what runs come to its end for a
     * while, then gives the rest back.
     */
    void stop(@Observes Stopping event) throws InterruptedException {
        if (loop == null) {
            return;
        }
        loop.close();
        hand.close();
        giveBackLost();
        hand.drain(worker.drainTimeout());
    }

    private void giveBackLost() {
        try {
            if (inDoubt) {
                lost.giveBack(hand.claims());
            }
        } catch (StoreUnavailable e) {
            LOG.debug("left to the reaper: what was claimed without an answer", e);
        }
    }
}
