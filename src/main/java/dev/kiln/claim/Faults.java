package dev.kiln.claim;

import dev.kiln.job.Lease;
import dev.kiln.log.Transition;
import dev.kiln.metrics.JobMeters;
import dev.kiln.metrics.JobMeters.Failed;
import dev.kiln.store.LeaseStore;
import dev.kiln.store.ReturnStore;
import dev.kiln.tracing.Step;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/** Decides what becomes of a job whose attempt the platform failed: another try later, or none. */
@ApplicationScoped
public class Faults {
    private static final Logger LOG = Logger.getLogger(Faults.class);
    private static final String NOT_BEGUN = "claimed ahead, and given back before it began";

    private final LeaseStore store;
    private final ReturnStore returns;
    private final RetryPolicy retries;
    private final JobMeters meters;

    Faults(LeaseStore store, ReturnStore returns, ClaimConfig config, JobMeters meters) {
        this.store = store;
        this.returns = returns;
        this.retries = RetryPolicy.of(config);
        this.meters = meters;
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
            told(lease, by, store.abandon(lease, by, fault, reason), Failed.RETRY, fault);
            return;
        }
        var delay = retries.delay(lease.attempt(), RandomGenerator.getDefault());
        told(lease, by, store.putBack(lease, by, fault, true, delay), Failed.RETRY, fault);
    }

    /**
     * No attempt was really made (sick host, drain): the job is queued again and nothing is held
     * against it.
     */
    public void notAttempted(Lease lease, String fault) {
        // A second's delay keeps a sick host from taking the same job again before it has noticed.
        var delay = retries.first();
        told(
                lease,
                LeaseStore.By.HOLDER,
                store.putBack(lease, LeaseStore.By.HOLDER, fault, false, delay),
                Failed.GIVEN_BACK,
                fault);
    }

    /**
     * These were claimed and not begun: they are queued again at once, as if they had never left,
     * and nothing is held against them.
     *
     * @param leases of one worker
     */
    public void notBegun(List<Lease> leases) {
        var left = returns.giveBack(leases, NOT_BEGUN);
        leases.forEach(
                lease ->
                        told(
                                lease,
                                LeaseStore.By.HOLDER,
                                left.getOrDefault(lease.job(), LeaseStore.Leaving.LOST),
                                Failed.GIVEN_BACK,
                                NOT_BEGUN));
    }

    /**
     * @param queued what it is called when the job waits again
     */
    private void told(
            Lease lease, LeaseStore.By by, LeaseStore.Leaving job, Failed queued, String fault) {
        LeaseStore.Left left = job.now();
        boolean reaped = by == LeaseStore.By.REAPER;
        if (reaped && left != LeaseStore.Left.LEASE_LOST) {
            meters.leaseLapsed();
        }
        String what =
                switch (left) {
                    case QUEUED -> failed(queued);
                    case ABANDONED -> failed(Failed.ABANDONED);
                    case CANCELLED -> failed(Failed.CANCELLED);
                    case LEASE_LOST -> {
                        // A reaper that came too late has lost nothing.
                        if (!reaped) {
                            meters.leaseLost();
                        }
                        yield "lease-lost";
                    }
                };
        // A reaper is at no attempt: that of the dead worker was lost with it.
        Step.current()
                .state(left == LeaseStore.Left.LEASE_LOST ? null : left.name())
                .cause(what)
                .failed(what);
        Transition.of(lease)
                .of(job.tenant(), job.language())
                .states("RUNNING", left == LeaseStore.Left.LEASE_LOST ? null : left.name())
                .outcome(what)
                .log(LOG, fault);
    }

    private String failed(Failed outcome) {
        meters.failed(outcome);
        return switch (outcome) {
            case RETRY -> "retry";
            case GIVEN_BACK -> "given-back";
            case ABANDONED -> "abandoned";
            case CANCELLED -> "cancelled";
        };
    }
}
