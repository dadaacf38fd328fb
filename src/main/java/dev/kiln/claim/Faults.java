package dev.kiln.claim;

import dev.kiln.job.Lease;
import dev.kiln.store.LeaseStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/** Decides what becomes of a job whose attempt the platform failed: another try later, or none. */
@ApplicationScoped
public class Faults {
    private static final Logger LOG = Logger.getLogger(Faults.class);

    private final LeaseStore store;
    private final RetryPolicy retries;

    Faults(LeaseStore store, ClaimConfig config) {
        this.store = store;
        this.retries = RetryPolicy.of(config);
    }

    /**
     * An attempt was made and failed: the job is queued again with a delay, or abandoned after its
     * last attempt.
     *
     * @param fault what went wrong, for the job's history
     */
    public void attemptFailed(Lease lease, LeaseStore.By by, String fault) {
        if (retries.exhausted(lease.attempt())) {
            String reason =
                    "gave up after %d attempts; the last: %s".formatted(lease.attempt(), fault);
            log(lease, store.abandon(lease, by, fault, reason), "abandoned", fault);
            return;
        }
        var delay = retries.delay(lease.attempt(), RandomGenerator.getDefault());
        log(lease, store.putBack(lease, by, fault, true, delay), "retry", fault);
    }

    /**
     * No attempt was really made (sick host, drain): the job is queued again and nothing is held
     * against it.
     */
    public void notAttempted(Lease lease, String fault) {
        // A second's delay keeps a sick host from taking the same job again before it has noticed.
        var delay = retries.first();
        log(
                lease,
                store.putBack(lease, LeaseStore.By.HOLDER, fault, false, delay),
                "given-back",
                fault);
    }

    private static void log(Lease lease, LeaseStore.Left left, String outcome, String fault) {
        String what =
                switch (left) {
                    case QUEUED, ABANDONED -> outcome;
                    case CANCELLED -> "cancelled";
                    case LEASE_LOST -> "lease-lost";
                };
        LOG.infof(
                "jobId=%s attempt=%d worker=%s outcome=%s: %s",
                lease.job(), lease.attempt(), lease.owner(), what, fault);
    }
}
