package dev.kiln.intake;

import dev.kiln.job.JobId;
import dev.kiln.job.Submission;
import dev.kiln.metrics.JobMeters;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.KeyedSubmissionStore;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.store.SubmissionStore;
import dev.kiln.tracing.Tracing;
import dev.kiln.wire.Printable;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import org.jboss.logging.Logger;

/** Admits single submissions that came with a key of their producer. */
@Singleton
class KeyedAdmission {
    private static final Logger LOG = Logger.getLogger(KeyedAdmission.class);
    private static final int LOGGED = 200;

    /** The insert behind it; {@link KeyedSubmissionStore#insert} says what it promises. */
    interface Insert {
        KeyedSubmissionStore.Outcome insert(Submission submission, String key, boolean ownId);
    }

    private final Insert store;
    private final JobMeters meters;
    private final Tracing tracing;

    @Inject
    KeyedAdmission(KeyedSubmissionStore store, JobMeters meters, Tracing tracing) {
        this((Insert) store::insert, meters, tracing);
    }

    KeyedAdmission(Insert store) {
        this(store, JobMeters.unread(), Tracing.off());
    }

    private KeyedAdmission(Insert store, JobMeters meters, Tracing tracing) {
        this.store = store;
        this.meters = meters;
        this.tracing = tracing;
    }

    /**
     * Admits it, or finds the job that it was before.
     *
     * @param ownId whether the producer chose the id too
     * @throws ProblemException when the key belongs to another job
     * @throws StoreUnavailable when the same call may succeed later
     */
    Admission.Outcome admit(Submission given, String key, boolean ownId) {
        var submission = tracing.inTrace(List.of(given)).getFirst();
        return switch (insert(submission, key, ownId)) {
            case KeyedSubmissionStore.Outcome.Told(var id, var outcome) -> {
                var told = outcome(id, outcome);
                Admission.tell(meters, List.of(told));
                Admission.trace(tracing, List.of(submission), List.of(told));
                yield told;
            }
            case KeyedSubmissionStore.Outcome.KeyTaken(var id) ->
                    throw new ProblemException(
                            ProblemType.CONFLICTING_KEY,
                            "the %s was used before, for job %s, which has another body or id: give a new job a key of its own"
                                    .formatted(IdempotencyKey.NAME, id));
        };
    }

    private KeyedSubmissionStore.Outcome insert(Submission submission, String key, boolean ownId) {
        try {
            return store.insert(submission, key, ownId);
        } catch (StoreUnavailable mayPass) {
            throw mayPass;
        } catch (RuntimeException refused) {
            // Not all of it: a database's message may quote the row.
            LOG.warnf(
                    "jobId=%s outcome=refused by the database: %s",
                    submission.id(), Printable.shorten(String.valueOf(refused), LOGGED));
            LOG.debug("the refusal", refused);
            throw Refusals.invalid(List.of(Refusals.UNSTORABLE));
        }
    }

    private static Admission.Outcome outcome(JobId id, SubmissionStore.Outcome outcome) {
        return switch (outcome) {
            case ACCEPTED -> new Admission.Outcome.Accepted(id);
            case KNOWN -> new Admission.Outcome.AlreadyKnown(id);
            case CONFLICT -> new Admission.Outcome.Conflict(id);
            case UNKNOWN_CONTEXT -> new Admission.Outcome.UnknownContext(id);
            case RETIRED -> new Admission.Outcome.Retired(id);
            case BATCH_CLOSED -> new Admission.Outcome.BatchClosed(id);
            case BATCH_SIZE -> new Admission.Outcome.BatchSize(id);
        };
    }
}
