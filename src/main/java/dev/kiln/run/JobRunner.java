package dev.kiln.run;

import dev.kiln.claim.Faults;
import dev.kiln.claim.HeldLeases;
import dev.kiln.job.ClaimedJob;
import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Lease;
import dev.kiln.job.Termination;
import dev.kiln.log.Transition;
import dev.kiln.metrics.JobMeters;
import dev.kiln.objectstore.ResultObjects;
import dev.kiln.sandbox.OutputTap;
import dev.kiln.sandbox.RunReleased;
import dev.kiln.sandbox.Sandbox;
import dev.kiln.sandbox.SandboxFault;
import dev.kiln.sandbox.StopSignal;
import dev.kiln.sandbox.Tag;
import dev.kiln.store.LeaseStore;
import dev.kiln.store.ObjectsRemoved;
import dev.kiln.store.ResultStore;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.tracing.AttemptTrace;
import dev.kiln.tracing.Tracing;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Takes one claimed job to its end: a result, another try, or nothing when the lease is lost. */
@ApplicationScoped
public class JobRunner {
    private static final Logger LOG = Logger.getLogger(JobRunner.class);
    private static final Duration STORE_RETRY = Duration.ofSeconds(1);

    private final Sandbox sandbox;
    private final ResultStore results;
    private final ResultObjects objects;
    private final Faults faults;
    private final HeldLeases held;
    private final HostHealth health;
    private final LiveRuns live;
    private final JobMeters meters;
    private final Tracing tracing;

    JobRunner(
            Sandbox sandbox,
            ResultStore results,
            ResultObjects objects,
            Faults faults,
            HeldLeases held,
            HostHealth health,
            LiveRuns live,
            JobMeters meters,
            Tracing tracing) {
        this.sandbox = sandbox;
        this.results = results;
        this.objects = objects;
        this.faults = faults;
        this.held = held;
        this.health = health;
        this.live = live;
        this.meters = meters;
        this.tracing = tracing;
    }

    /**
     * Runs the job; returns when nothing of it is left to do here. Interrupted, it leaves the rest
     * to the reaper.
     *
     * @param ticket of a job whose lease is held
     * @param ran called once, when the program no longer runs and the rest is to write it down
     */
    void run(Ticket ticket, Runnable ran) throws InterruptedException {
        var inLine = Duration.ofNanos(System.nanoTime() - ticket.claimed());
        try (var trace = tracing.attempt(ticket.job(), inLine)) {
            run(ticket, ran, trace);
        }
    }

    private void run(Ticket ticket, Runnable ran, AttemptTrace trace) throws InterruptedException {
        ClaimedJob job = ticket.job();
        Lease lease = job.lease();
        String language = job.spec().program().language();
        long claimed = ticket.claimed();
        meters.claimed(language, job.waited());
        ticket.tell(LOG);
        var tap = new OutputTap();
        live.started(lease, tap);
        try {
            var result = timed(sandboxed(job, ticket.stop(), tap, ran, trace), tap, claimed);
            held.ended(lease);
            finish(job, result, claimed, trace);
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

    private ExecutionResult sandboxed(
            ClaimedJob job, StopSignal stop, OutputTap tap, Runnable ran, AttemptTrace trace)
            throws SandboxFault, RunReleased, InterruptedException {
        try {
            var spec = job.spec();
            return sandbox.run(Tag.of(job.lease()), spec.program(), spec.limits(), stop, tap);
        } catch (SandboxFault fault) {
            // Before the slot is free: a host that is ill claims nothing more.
            tellHealth(job, fault);
            throw fault;
        } finally {
            ran.run();
            trace.sandboxed(tap.started());
        }
    }

    /** With what the sandbox itself cannot know: when its job had been claimed. */
    private static ExecutionResult timed(ExecutionResult result, OutputTap tap, long claimed) {
        var started = tap.started();
        return started.isPresent()
                ? result.startedAfter(Duration.ofNanos(started.getAsLong() - claimed))
                : result;
    }

    /** What is too large for the row goes where it belongs first: a row refers to what is there. */
    private void finish(
            ClaimedJob job, ExecutionResult result, long claimedNanos, AttemptTrace trace)
            throws InterruptedException {
        var referring = persisted(() -> objects.put(job.lease(), result));
        persist(() -> finish(job, result, referring, claimedNanos, trace));
    }

    /** Its age at the claim is the database's to say, what came after is this host's. */
    private void finish(
            ClaimedJob job,
            ExecutionResult result,
            ExecutionResult referring,
            long claimedNanos,
            AttemptTrace trace) {
        Lease lease = job.lease();
        boolean mine = written(lease, result, referring, trace);
        String state = mine ? state(result) : null;
        String outcome = mine ? result.termination().wireName() : "lease-lost";
        trace.ended(state, outcome, result.exitCode());
        if (mine) {
            Duration since = job.age().plusNanos(System.nanoTime() - claimedNanos);
            meters.ended(job.spec().program().language(), result, since);
        } else {
            objects.giveUp(referring);
            meters.leaseLost();
        }
        Transition.of(lease)
                .of(job.spec())
                .states("RUNNING", state)
                .outcome(outcome)
                .exitCode(result.exitCode())
                .took(result.usage().wall())
                .log(LOG, mine ? null : "the result was discarded");
    }

    private static String state(ExecutionResult result) {
        return result.termination() == Termination.CANCELLED ? "CANCELLED" : "FINISHED";
    }

    private boolean written(
            Lease lease, ExecutionResult result, ExecutionResult referring, AttemptTrace trace) {
        try (var commit = trace.commit()) {
            try {
                return results.finish(lease, referring);
            } catch (ObjectsRemoved tooLate) {
                LOG.debug("kept in the database", tooLate);
                return results.finish(lease, result);
            } catch (StoreUnavailable e) {
                commit.failed("store_unavailable");
                throw e;
            }
        }
    }

    private void tellHealth(ClaimedJob job, SandboxFault fault) {
        switch (fault.scope()) {
            case HOST -> health.failed(fault);
            // Others can run here: nothing is wrong with this host but for this one job.
            case NEEDS -> health.lacked(job.spec().program().needs());
            case SANDBOX -> {}
        }
    }

    private void failed(ClaimedJob job, SandboxFault fault) {
        Lease lease = job.lease();
        String message = String.valueOf(fault.getMessage());
        switch (fault.scope()) {
            case HOST, NEEDS -> faults.notAttempted(lease, message);
            case SANDBOX -> faults.attemptFailed(lease, LeaseStore.By.HOLDER, message);
        }
    }

    /**
     * A result is never dropped because Postgres is away: it is offered until it is taken or the
     * epoch refuses it.
     */
    private static <T> T persisted(Supplier<T> write) throws InterruptedException {
        while (true) {
            try {
                return write.get();
            } catch (StoreUnavailable e) {
                LOG.debug("keeping a result until Postgres takes it", e);
                Thread.sleep(STORE_RETRY);
            }
        }
    }

    private static void persist(Runnable write) throws InterruptedException {
        persisted(
                () -> {
                    write.run();
                    return true;
                });
    }
}
