package dev.kiln.claim;

import dev.kiln.job.JobId;
import dev.kiln.job.Lease;
import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Loop;
import dev.kiln.lifecycle.Role;
import dev.kiln.store.Doorbells;
import dev.kiln.store.LeaseStore;
import dev.kiln.store.StoreUnavailable;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps this worker's leases alive, one statement for all of them, and learns from the answer which
 * are lost. Without the database for two thirds of a lease it fences itself: it takes all for lost,
 * so that its programs are gone before another worker may start them again.
 */
@ApplicationScoped
public class Heartbeat {
    private static final Logger LOG = Logger.getLogger(Heartbeat.class);

    private final HeldLeases held;
    private final LeaseStore store;
    private final ClaimConfig config;
    private final KilnConfig kiln;
    private final InstantSource clock;
    private final Doorbells doorbells;
    private Instant lastAnswer;
    private @Nullable Loop loop;

    Heartbeat(
            HeldLeases held,
            LeaseStore store,
            ClaimConfig config,
            KilnConfig kiln,
            InstantSource clock,
            Doorbells doorbells) {
        this.held = held;
        this.store = store;
        this.config = config;
        this.kiln = kiln;
        this.clock = clock;
        this.doorbells = doorbells;
        this.lastAnswer = clock.instant();
    }

    void start(@Observes StartupEvent event) {
        if (kiln.roles().contains(Role.WORKER)) {
            loop =
                    Loop.start(
                            "heartbeat",
                            () -> doorbells.cancels().await(config.heartbeat()),
                            this::beat);
        }
    }

    /** One heartbeat. */
    void beat() {
        List<Lease> leases = held.leases();
        Instant asked = clock.instant();
        if (leases.isEmpty()) {
            lastAnswer = asked;
            return;
        }
        try {
            tellHolders(leases, store.extend(leases, config.lease()));
            // From before the question: the lease may have been extended as early as that.
            lastAnswer = asked;
        } catch (StoreUnavailable e) {
            fenceIfDue(leases);
            throw e;
        }
    }

    private void tellHolders(List<Lease> leases, List<LeaseStore.Extended> answers) {
        Map<JobId, LeaseStore.Extended> extended =
                answers.stream()
                        .collect(Collectors.toMap(LeaseStore.Extended::job, Function.identity()));
        for (Lease lease : leases) {
            var answer = extended.get(lease.job());
            if (answer == null) {
                if (held.lost(lease)) {
                    LOG.infof(
                            "jobId=%s attempt=%d outcome=lease-lost", lease.job(), lease.attempt());
                }
            } else if (answer.cancelRequested()) {
                held.cancelRequested(lease);
            }
        }
    }

    private void fenceIfDue(List<Lease> leases) {
        Duration silent = Duration.between(lastAnswer, clock.instant());
        if (silent.compareTo(config.lease().multipliedBy(2).dividedBy(3)) >= 0) {
            LOG.warnf(
                    "no answer from Postgres for %d s: stopping %d runs",
                    silent.toSeconds(), leases.size());
            leases.forEach(held::lost);
        }
    }

    /** After the drain, whose jobs it keeps alive, and while there is a database. */
    void stop(@Observes @Priority(3000) ShutdownEvent event) {
        if (loop != null) {
            loop.close();
        }
    }
}
