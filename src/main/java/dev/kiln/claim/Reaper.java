package dev.kiln.claim;

import dev.kiln.job.Lease;
import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Loop;
import dev.kiln.lifecycle.Role;
import dev.kiln.store.LeaseStore;
import dev.kiln.store.StoreUnavailable;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Takes back the jobs of workers that died, and ends jobs whose deadline passed. Every process with
 * a database may run one: each change is conditional on the epoch, so that two of them do nothing
 * twice.
 *
 * <p>After an outage of the database every lease has lapsed though its worker lives. The reaper
 * therefore waits until it has had answers for a full lease, in which the living extend theirs.
 */
@ApplicationScoped
public class Reaper {
    private static final int MOST = 200;

    private final LeaseStore store;
    private final ClaimConfig config;
    private final KilnConfig kiln;
    private final InstantSource clock;
    private final Faults faults;
    private @Nullable Instant answeringSince;
    private @Nullable Loop loop;

    Reaper(
            LeaseStore store,
            Faults faults,
            ClaimConfig config,
            KilnConfig kiln,
            InstantSource clock) {
        this.store = store;
        this.config = config;
        this.kiln = kiln;
        this.clock = clock;
        this.faults = faults;
    }

    void start(@Observes StartupEvent event) {
        if (kiln.roles().contains(Role.WORKER) || kiln.roles().contains(Role.API)) {
            loop = Loop.start("reaper", () -> Thread.sleep(config.sweep()), this::sweep);
        }
    }

    /** One sweep. */
    void sweep() {
        try {
            store.expireLate(MOST);
            if (hasAnsweredForALease()) {
                store.lapsed(MOST).forEach(this::takeBack);
            }
        } catch (StoreUnavailable e) {
            answeringSince = null;
            throw e;
        }
    }

    private boolean hasAnsweredForALease() {
        Instant now = clock.instant();
        if (answeringSince == null) {
            answeringSince = now;
        }
        return !Duration.between(answeringSince, now).minus(config.lease()).isNegative();
    }

    private void takeBack(Lease lease) {
        faults.attemptFailed(
                lease, LeaseStore.By.REAPER, "worker " + lease.owner() + " fell silent");
    }

    void stop(@Observes ShutdownEvent event) {
        if (loop != null) {
            loop.close();
        }
    }
}
