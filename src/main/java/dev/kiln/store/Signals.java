package dev.kiln.store;

import dev.kiln.job.JobId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;

/**
 * Wakes whoever waits for what a transaction has changed: those in this process at once, those in
 * others by a hint. For after the commit, and without an effect on it: all of them find out by
 * themselves too.
 */
@ApplicationScoped
class Signals {
    private final Doorbells doorbells;
    private final Endings endings;
    private final HintSender hints;

    Signals(Doorbells doorbells, Endings endings, HintSender hints) {
        this.doorbells = doorbells;
        this.endings = endings;
        this.hints = hints;
    }

    /**
     * So many jobs can be claimed now. Other processes hear of it unless it is one job only and the
     * worker in this one was idle.
     */
    void queued(int jobs) {
        boolean taken = doorbells.queued().ring();
        if (jobs > 1 || !taken) {
            hints.queued();
        }
    }

    /** This job has come to its end. */
    void ended(JobId job) {
        ended(List.of(job));
    }

    /** These jobs have come to their ends. */
    void ended(Collection<JobId> jobs) {
        if (jobs.isEmpty()) {
            return;
        }
        endings.ended(jobs);
        doorbells.outbox().ring();
        hints.ended(jobs);
    }

    /** Running jobs of these workers are to be cancelled. */
    void cancelRequested(Collection<String> workers) {
        hints.cancel(workers);
    }
}
