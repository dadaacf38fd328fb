package dev.kiln.run;

import dev.kiln.claim.ClaimConfig;
import dev.kiln.claim.WorkerId;
import dev.kiln.job.ClaimedJob;
import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Loop;
import dev.kiln.lifecycle.Role;
import dev.kiln.lifecycle.Stopping;
import dev.kiln.sandbox.StopSignal;
import dev.kiln.store.ClaimStore;
import dev.kiln.store.Doorbells;
import dev.kiln.store.StoreUnavailable;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Fills this host's slots: claims exactly as many jobs as there are free ones, and starts each on a
 * thread of its own.
 */
@ApplicationScoped
public class Dispatcher {
    private static final Logger LOG = Logger.getLogger(Dispatcher.class);

    private final JobRunner runner;
    private final ClaimStore claimable;
    private final HostHealth health;
    private final Doorbells doorbells;
    private final ClaimConfig claims;
    private final WorkerConfig worker;
    private final KilnConfig kiln;
    private final WorkerId id;
    private final Slots slots;
    private final LostClaims lost;
    private final Map<Claim, StopSignal> running = new ConcurrentHashMap<>();

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
            JobRunner runner,
            ClaimStore claimable,
            HostHealth health,
            Doorbells doorbells,
            ClaimConfig claims,
            WorkerConfig worker,
            KilnConfig kiln,
            WorkerId id,
            LostClaims lost) {
        this.runner = runner;
        this.claimable = claimable;
        this.health = health;
        this.doorbells = doorbells;
        this.claims = claims;
        this.worker = worker;
        this.kiln = kiln;
        this.id = id;
        this.lost = lost;
        this.slots = new Slots(worker.effectiveSlots(), worker.effectiveMemoryBudget());
    }

    void start(@Observes StartupEvent event) {
        if (kiln.roles().contains(Role.WORKER)) {
            LOG.infof(
                    "worker=%s slots=%d memoryBudget=%dMiB",
                    id, worker.effectiveSlots(), worker.effectiveMemoryBudget() >> 20);
            loop = Loop.start("dispatcher", this::awaitTurn, this::fillSlots);
        }
    }

    /** What this worker has to give, and what of it is given. */
    Slots slots() {
        return slots;
    }

    private void awaitTurn() throws InterruptedException {
        switch (pause) {
            case NONE -> {}
            case NOTHING_QUEUED -> doorbells.queued().await(claims.poll());
            // Rung too when the host is seen to be well again.
            case HOST_UNAVAILABLE -> doorbells.queued().await(worker.probe());
        }
        slots.awaitFree();
    }

    private void fillSlots() {
        if (health.trouble().isPresent()) {
            pause = Pause.HOST_UNAVAILABLE;
            return;
        }
        if (inDoubt) {
            lost.giveBack(running.keySet());
        }
        inDoubt = true;
        int most = slots.free();
        List<ClaimedJob> claimed =
                claimable.claim(id.value(), most, slots.freeMemory(), claims.lease());
        inDoubt = false;
        claimed.forEach(this::startRun);
        // Fewer than asked for: no more are there. To ask again at once would only take the
        // processor from the starts of those that were.
        pause = claimed.size() < most ? Pause.NOTHING_QUEUED : Pause.NONE;
    }

    private void startRun(ClaimedJob job) {
        var slot = slots.take(job.spec().limits().memoryBytes());
        var stop = new StopSignal();
        running.put(Claim.of(job.lease()), stop);
        Thread.ofVirtual().name("kiln-run-" + job.lease().job()).start(() -> run(job, stop, slot));
    }

    private void run(ClaimedJob job, StopSignal stop, Slots.Taken slot) {
        try (slot) {
            runner.run(job, stop, slot::ran);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            running.remove(Claim.of(job.lease()));
        }
    }

    /**
     * Drains: claims no more, lets what runs come to its end for a while, then gives the rest back.
     */
    void stop(@Observes Stopping event) throws InterruptedException {
        if (loop == null) {
            return;
        }
        loop.close();
        giveBackLost();
        if (!slots.awaitIdle(worker.drainTimeout())) {
            LOG.infof("worker=%s drain=timed-out, giving back %d jobs", id, running.size());
            running.values().forEach(stop -> stop.raise(StopSignal.Reason.RELEASED));
            slots.awaitIdle(Duration.ofSeconds(10));
        }
    }

    private void giveBackLost() {
        try {
            if (inDoubt) {
                lost.giveBack(running.keySet());
            }
        } catch (StoreUnavailable e) {
            LOG.debug("left to the reaper: what was claimed without an answer", e);
        }
    }
}
