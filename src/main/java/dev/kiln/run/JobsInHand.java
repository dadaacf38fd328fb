package dev.kiln.run;

import dev.kiln.claim.Faults;
import dev.kiln.claim.HeldLeases;
import dev.kiln.claim.Holder;
import dev.kiln.job.ClaimedJob;
import dev.kiln.job.Lease;
import dev.kiln.sandbox.StopSignal;
import dev.kiln.store.Doorbells;
import dev.kiln.store.StoreUnavailable;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * The jobs that this worker has claimed and is not done with: in the line, running, or on their way
 * back. Each has its lease held from the answer of its claim on, and runs on a thread of its own.
 */
@ApplicationScoped
class JobsInHand {
    private static final Logger LOG = Logger.getLogger(JobsInHand.class);

    /**
     * How many times as long as it should a job may wait here. Less, and a pause of this process or
     * of the database would send back what would have started next.
     */
    private static final int PATIENCE = 5;

    private final JobRunner runner;
    private final HeldLeases held;
    private final Faults faults;
    private final Doorbells doorbells;
    private final Slots slots;
    private final Line line;
    private final Map<Claim, Ticket> tickets = new ConcurrentHashMap<>();
    private volatile boolean closed;

    JobsInHand(
            JobRunner runner,
            HeldLeases held,
            Faults faults,
            HostHealth health,
            Doorbells doorbells,
            WorkerConfig worker) {
        this.runner = runner;
        this.held = held;
        this.faults = faults;
        this.doorbells = doorbells;
        Duration ahead = worker.effectiveClaimAhead();
        this.slots =
                new Slots(
                        worker.effectiveSlots(),
                        worker.effectiveMemoryBudget(),
                        ahead,
                        System::nanoTime);
        this.line =
                new Line(
                        slots,
                        () -> !closed && health.trouble().isEmpty(),
                        ahead.multipliedBy(PATIENCE),
                        System::nanoTime,
                        this::start);
    }

    /** What this worker has to give, and what of it is given. */
    Slots slots() {
        return slots;
    }

    /** How many wait for a slot. */
    int waiting() {
        return line.length();
    }

    /** All of them. */
    Set<Claim> claims() {
        return tickets.keySet();
    }

    /** How many more may be claimed now. */
    Slots.Room room() {
        return line.room();
    }

    /** Waits until more may be claimed, or some are to be given back. */
    void awaitTurn() throws InterruptedException {
        line.awaitTurn();
    }

    /** For how long none need be given back. */
    Duration patience() {
        return line.patience();
    }

    /** Takes jobs that were claimed just now, in their order. */
    void take(List<ClaimedJob> jobs) {
        long now = System.nanoTime();
        var taken = jobs.stream().map(job -> new Ticket(job, now)).toList();
        line.add(
                taken,
                ticket -> {
                    tickets.put(ticket.claim(), ticket);
                    held.add(ticket.job().lease(), holder(ticket));
                });
    }

    /** Of a job that has not begun nothing needs to be stopped: it leaves at once. */
    private Holder holder(Ticket ticket) {
        return new Holder() {
            @Override
            public void lost() {
                end(StopSignal.Reason.RELEASED);
            }

            @Override
            public void cancelRequested() {
                end(StopSignal.Reason.CANCELLED);
            }

            private void end(StopSignal.Reason reason) {
                if (line.leave(ticket)) {
                    wakeDispatcher();
                } else {
                    ticket.stop().raise(reason);
                }
            }
        };
    }

    private void start(Ticket ticket, Slots.Taken slot) {
        Thread.ofVirtual()
                .name("kiln-run-" + ticket.job().lease().job())
                .start(() -> run(ticket, slot));
    }

    private void run(Ticket ticket, Slots.Taken slot) {
        try (slot) {
            runner.run(ticket, () -> ran(slot));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            tickets.remove(ticket.claim());
            startNext();
        }
    }

    private void ran(Slots.Taken slot) {
        boolean tight = slots.memoryIsTight();
        slot.ran();
        startNext();
        if (tight) {
            // The last claim may have found fewer than it asked for since these need more memory.
            wakeDispatcher();
        }
    }

    private void startNext() {
        if (line.startNext()) {
            wakeDispatcher();
        }
    }

    /** It may be waiting for jobs, and not for the line. */
    private void wakeDispatcher() {
        doorbells.queued().ring();
    }

    /**
     * Gives back, uncounted, those that will not begin here: that waited for too long, were
     * cancelled or lost, and all that wait when the host is ill or this worker ends.
     *
     * @throws StoreUnavailable when the same call may succeed later; until then they are held, and
     *     not started
     */
    void giveBack() {
        var leaving = line.leaving();
        if (leaving.isEmpty()) {
            return;
        }
        leaving.forEach(ticket -> ticket.tell(LOG));
        faults.notBegun(leaving.stream().map(ticket -> ticket.job().lease()).toList());
        leaving.forEach(
                ticket -> {
                    Lease lease = ticket.job().lease();
                    held.remove(lease);
                    tickets.remove(ticket.claim());
                });
        line.left(leaving);
    }

    /** Starts nothing more, and gives back what has not begun. */
    void close() {
        closed = true;
        tryGiveBack();
    }

    /**
     * Lets those that run come to their end, for so long, then stops them and gives them back.
     *
     * @param atMost how long they may take
     */
    void drain(Duration atMost) throws InterruptedException {
        if (!slots.awaitIdle(atMost)) {
            LOG.infof("drain=timed-out, giving back %d jobs", tickets.size());
            tickets.values().forEach(ticket -> ticket.stop().raise(StopSignal.Reason.RELEASED));
            slots.awaitIdle(Duration.ofSeconds(10));
        }
        tryGiveBack();
    }

    private void tryGiveBack() {
        try {
            giveBack();
        } catch (StoreUnavailable e) {
            LOG.debug("left to the reaper: what was claimed ahead", e);
        }
    }
}
