package dev.kiln.run;

import dev.kiln.claim.Faults;
import dev.kiln.claim.HeldLeases;
import dev.kiln.claim.Holder;
import dev.kiln.job.ClaimedJob;
import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Lease;
import dev.kiln.job.Termination;
import dev.kiln.log.Transition;
import dev.kiln.metrics.JobMeters;
import dev.kiln.sandbox.OutputTap;
import dev.kiln.sandbox.RunReleased;
import dev.kiln.sandbox.Sandbox;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.StopSignal;
import dev.kiln.sandbox.Tag;
import dev.kiln.store.LeaseStore;
import dev.kiln.store.ResultStore;
import dev.kiln.store.StoreUnavailable;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import org.jboss.logging.Logger;

/** Takes one claimed job to its end: a result, another try, or nothing when the lease is lost. */
@ApplicationScoped
public class JobRunner {
    private static final Logger LOG = Logger.getLogger(JobRunner.class);
    private static final Duration STORE_RETRY = Duration.ofSeconds(1);

    private final Sandbox sandbox;
    private final ResultStore results;
    private final Faults faults;
    private final HeldLeases held;
    private final HostHealth health;
    private final LiveRuns live;
    private final JobMeters meters;

    JobRunner(
            Sandbox sandbox,
            ResultStore results,
            Faults faults,
            HeldLeases held,
            HostHealth health,
            LiveRuns live,
            JobMeters meters) {
        this.sandbox = sandbox;
        this.results = results;
        this.faults = faults;
        this.held = held;
        this.health = health;
        this.live = live;
        this.meters = meters;
    }

    /**
     * Runs the job; returns when nothing of it is left to do here. Interrupted, it leaves the rest
     * to the reaper.
     */
    void run(ClaimedJob job, StopSignal stop) throws InterruptedException {
        Lease lease = job.lease();
        String language = job.spec().program().language();
        long claimed = System.nanoTime();
        meters.claimed(language, job.waited());
        Transition.of(lease)
                .of(job.spec())
                .states("QUEUED", "RUNNING")
                .outcome("claimed")
                .took(job.waited())
                .log(LOG);
        held.add(lease, holder(stop));
        var tap = new OutputTap();
        live.started(lease, tap);
        try {
            var spec = job.spec();
            var result = sandbox.run(Tag.of(lease), spec.program(), spec.limits(), stop, tap);
            held.ended(lease);
            persist(() -> finish(job, result, claimed));
        } catch (SandboxFault fault) {
            persist(() -> failed(job, fault));
        } catch (RunReleased released) {
            // After a lost lease this writes nothing, since the epoch has moved on or will be taken
            // back by the reaper.
            persist(() -> faults.notAttempted(lease, "given back before its end"));
        } catch (RuntimeException bug) {
            LOG.errorf(
                    bug, "jobId=%s attempt=%d outcome=worker-error", lease.job(), lease.attempt());
            persist(
                    () ->
                            faults.attemptFailed(
                                    lease, LeaseStore.By.HOLDER, "worker error: " + bug));
        } finally {
            tap.started().ifPresent(at -> meters.started(language, Duration.ofNanos(at - claimed)));
            live.ended(lease);
            held.remove(lease);
        }
    }

    private static Holder holder(StopSignal stop) {
        return new Holder() {
            @Override
            public void lost() {
                stop.raise(StopSignal.Reason.RELEASED);
            }

            @Override
            public void cancelRequested() {
                stop.raise(StopSignal.Reason.CANCELLED);
            }
        };
    }

    /** Its age at the claim is the database's to say, what came after is this host's. */
    private void finish(ClaimedJob job, ExecutionResult result, long claimedNanos) {
        Lease lease = job.lease();
        boolean mine = results.finish(lease, result);
        if (mine) {
            Duration since = job.age().plusNanos(System.nanoTime() - claimedNanos);
            meters.ended(job.spec().program().language(), result, since);
        } else {
            meters.leaseLost();
        }
        Transition.of(lease)
                .of(job.spec())
                .states("RUNNING", mine ? state(result) : null)
                .outcome(mine ? result.termination().wireName() : "lease-lost")
                .exitCode(result.exitCode())
                .took(result.usage().wall())
                .log(LOG, mine ? null : "the result was discarded");
    }

    private static String state(ExecutionResult result) {
        return result.termination() == Termination.CANCELLED ? "CANCELLED" : "FINISHED";
    }

    private void failed(ClaimedJob job, SandboxFault fault) {
        Lease lease = job.lease();
        String message = String.valueOf(fault.getMessage());
        switch (fault.scope()) {
            case HOST -> {
                health.failed(fault);
                faults.notAttempted(lease, message);
            }
            // Others can run here: nothing is wrong with this host but for this one job.
            case NEEDS -> {
                health.lacked(job.spec().program().needs());
                faults.notAttempted(lease, message);
            }
            case SANDBOX -> faults.attemptFailed(lease, LeaseStore.By.HOLDER, message);
        }
    }

    /**
     * A result is never dropped because Postgres is away: it is offered until it is taken or the
     * epoch refuses it.
     */
    private static void persist(Runnable write) throws InterruptedException {
        while (true) {
            try {
                write.run();
                return;
            } catch (StoreUnavailable e) {
                LOG.debug("keeping a result until Postgres takes it", e);
                Thread.sleep(STORE_RETRY);
            }
        }
    }
}
