package dev.kiln.run;

import dev.kiln.claim.ClaimConfig;
import dev.kiln.claim.WorkerId;
import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Loop;
import dev.kiln.lifecycle.Role;
import dev.kiln.lifecycle.Stopping;
import dev.kiln.sandbox.Sandbox;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.store.WorkerEntry;
import dev.kiln.store.WorkerStore;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Locale;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Tells the other processes that this worker lives and what it can run: one statement a heartbeat,
 * none for a job. Its claims go by what it said last.
 */
@ApplicationScoped
class Registration {
    private static final Logger LOG = Logger.getLogger(Registration.class);

    private final WorkerStore store;
    private final HostOffer offer;
    private final Standing standing;
    private final Sandbox sandbox;
    private final WorkerConfig worker;
    private final ClaimConfig claims;
    private final KilnConfig kiln;
    private final WorkerId id;
    private @Nullable Loop loop;

    Registration(
            WorkerStore store,
            HostOffer offer,
            Standing standing,
            Sandbox sandbox,
            WorkerConfig worker,
            ClaimConfig claims,
            KilnConfig kiln,
            WorkerId id) {
        this.store = store;
        this.offer = offer;
        this.standing = standing;
        this.sandbox = sandbox;
        this.worker = worker;
        this.claims = claims;
        this.kiln = kiln;
        this.id = id;
    }

    /** Before the dispatcher, whose claims need it. */
    void start(@Observes @Priority(2000) StartupEvent event) {
        if (kiln.roles().contains(Role.WORKER)) {
            ifReachable(this::renew);
            loop = Loop.start("worker", () -> Thread.sleep(claims.heartbeat()), this::renew);
        }
    }

    /**
     * Says what this worker is now.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    void renew() {
        boolean before = standing.cordoned();
        boolean cordoned = store.register(entry(), claims.lease(), before);
        standing.cordoned(cordoned);
        if (cordoned != before) {
            LOG.infof(
                    "worker=%s outcome=%s",
                    id, cordoned ? "cordoned, claims no more" : "uncordoned");
        }
    }

    private WorkerEntry entry() {
        return new WorkerEntry(
                id.value(),
                roles(),
                worker.effectiveSlots(),
                offer.capabilities(),
                standing.lacking(),
                offer.isolation(),
                sandbox.statistics().waiting(),
                standing.trouble().orElse(null));
    }

    private List<String> roles() {
        return kiln.roles().stream().map(r -> r.name().toLowerCase(Locale.ROOT)).sorted().toList();
    }

    /** Before the drain: jobs that only this worker could run are to say so. */
    void announceEnd(@Observes @Priority(2000) Stopping event) {
        if (loop != null) {
            standing.ending();
            ifReachable(this::renew);
        }
    }

    /** After the drain, in which it still holds jobs. */
    void stop(@Observes @Priority(3000) ShutdownEvent event) {
        if (loop != null) {
            loop.close();
            ifReachable(() -> store.unregister(id.value()));
        }
    }

    private void ifReachable(Runnable statement) {
        try {
            statement.run();
        } catch (StoreUnavailable e) {
            // Said again at the next heartbeat; after the last one the row ages.
            LOG.debugf(e, "worker=%s not registered", id);
        }
    }
}
