package dev.kiln.store;

import dev.kiln.job.JobId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Those in this process who wait for jobs to end. To be woken says nothing: whoever is looks at the
 * job. Thousands may wait; one costs an entry here and its own thread.
 */
@ApplicationScoped
public class Endings {
    private final Map<JobId, Set<Waiter>> waiting = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /**
     * Has somebody woken when this job ends, from now on; so look at the job only after this.
     *
     * @return to be closed by whoever waits
     */
    public Waiter waiter(JobId job) {
        var waiter = new Waiter(job);
        waiting.compute(
                job,
                (_, others) -> {
                    Set<Waiter> all = others == null ? ConcurrentHashMap.newKeySet() : others;
                    all.add(waiter);
                    return all;
                });
        // After it was added, so that it is here or there that it is seen to be over.
        if (closed) {
            waiter.giveUp();
        }
        return waiter;
    }

    /** Wakes those who wait for these jobs. */
    public void ended(Collection<JobId> jobs) {
        for (JobId job : jobs) {
            waiting.getOrDefault(job, Set.of()).forEach(Waiter::wake);
        }
    }

    /** Whether nobody waits. */
    public boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** The jobs that somebody waits for. */
    public Set<JobId> jobs() {
        return Set.copyOf(waiting.keySet());
    }

    /** Ends all waiting, that which is under way and that which would begin. */
    public void close() {
        closed = true;
        waiting.values().forEach(waiters -> waiters.forEach(Waiter::giveUp));
    }

    /** Somebody who waits for a job's end. */
    public final class Waiter implements AutoCloseable {
        private final JobId job;
        private final Doorbell bell = new Doorbell();
        private volatile boolean over;

        private Waiter(JobId job) {
            this.job = job;
        }

        /**
         * Waits to be woken, at most so long; not at all once it was given up.
         *
         * @return whether it was woken, or given up
         */
        public boolean await(Duration atMost) throws InterruptedException {
            return over || bell.await(atMost);
        }

        /** Ends the waiting, from another thread. */
        public void giveUp() {
            over = true;
            bell.ring();
        }

        /** Whether the waiting was given up. */
        public boolean over() {
            return over;
        }

        /** Wakes it, from another thread. */
        public void wake() {
            bell.ring();
        }

        /** Nothing is left of it. */
        @Override
        public void close() {
            waiting.computeIfPresent(
                    job,
                    (_, all) -> {
                        all.remove(this);
                        return all.isEmpty() ? null : all;
                    });
        }
    }
}
