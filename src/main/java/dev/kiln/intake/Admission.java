package dev.kiln.intake;

import dev.kiln.job.JobId;
import dev.kiln.job.Submission;
import dev.kiln.log.Transition;
import dev.kiln.metrics.JobMeters;
import dev.kiln.metrics.JobMeters.Submitted;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.store.SubmissionStore;
import dev.kiln.tracing.Step;
import dev.kiln.tracing.Tracing;
import dev.kiln.wire.Printable;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Admits submissions that were read without error: what is new becomes durable, what is not is told
 * from it. Of several submissions under one id each has the outcome that it would have had alone,
 * in their order.
 */
@Singleton
public class Admission {
    private static final Logger LOG = Logger.getLogger(Admission.class);

    /** Rows in one transaction: enough to share its cost, few enough to hold its locks briefly. */
    private static final int CHUNK = 1_000;

    private static final int LOGGED = 200;

    /** What became of a submission. */
    public sealed interface Outcome {
        /** The job that the submission's id stands for. */
        JobId id();

        /** It is a new job, and durable. */
        record Accepted(JobId id) implements Outcome {}

        /** The same job was submitted before. */
        record AlreadyKnown(JobId id) implements Outcome {}

        /** Its id belongs to a job with another body. */
        record Conflict(JobId id) implements Outcome {}

        /** Its tenant has no such context as it names; an upload helps. */
        record UnknownContext(JobId id) implements Outcome {}

        /** The job that its id stands for was removed; it does not run again. */
        record Retired(JobId id) implements Outcome {}

        /** It is new, and its batch is closed. */
        record BatchClosed(JobId id) implements Outcome {}

        /** It is new, and contradicts the size of its batch. */
        record BatchSize(JobId id) implements Outcome {}

        /** The database refuses its content; no repetition will help. */
        record Unstorable(JobId id) implements Outcome {}
    }

    /** The insert behind every door; {@link SubmissionStore#insert} says what it promises. */
    interface Insert {
        Map<JobId, SubmissionStore.Outcome> insert(List<Submission> distinctIds);
    }

    private final Insert store;
    private final JobMeters meters;
    private final Tracing tracing;

    /** Admits into the database. */
    @Inject
    public Admission(SubmissionStore store, JobMeters meters, Tracing tracing) {
        this((Insert) store::insert, meters, tracing);
    }

    Admission(Insert store) {
        this(store, JobMeters.unread());
    }

    Admission(Insert store, JobMeters meters) {
        this(store, meters, Tracing.off());
    }

    private Admission(Insert store, JobMeters meters, Tracing tracing) {
        this.store = store;
        this.meters = meters;
        this.tracing = tracing;
    }

    /**
     * Admits all that can be.
     *
     * @return an outcome for each submission, in their order
     * @throws StoreUnavailable when the same call may succeed later; what was admitted until then
     *     will be known
     */
    public List<Outcome> admit(List<Submission> given) {
        var submissions = tracing.inTrace(given);
        // By index: one submission may be there twice.
        var outcomes = new TreeMap<Integer, Outcome>();
        // Bodies that jobs were found to have, so that repetitions need not be asked for one by
        // one.
        var bodies = new HashMap<JobId, byte[]>();
        List<Integer> waiting = IntStream.range(0, submissions.size()).boxed().toList();
        try {
            while (!waiting.isEmpty()) {
                var round = new LinkedHashMap<JobId, Integer>();
                var later = new ArrayList<Integer>();
                for (int i : waiting) {
                    Submission submission = submissions.get(i);
                    byte[] body = bodies.get(submission.id());
                    if (body != null) {
                        outcomes.put(i, compare(submission, body));
                    } else if (round.size() == CHUNK
                            || round.putIfAbsent(submission.id(), i) != null) {
                        later.add(i);
                    }
                }
                insert(round, submissions, outcomes, bodies);
                waiting = later;
            }
        } finally {
            // Also when the database went away between two chunks: what it took by then is durable,
            // and will be no new job when the rest is tried again.
            tell(meters, outcomes.values());
        }
        trace(tracing, submissions, outcomes.values());
        return List.copyOf(outcomes.values());
    }

    /** For the metrics and the log. */
    static void tell(JobMeters meters, Collection<Outcome> outcomes) {
        var counts = new EnumMap<Submitted, Integer>(Submitted.class);
        for (Outcome outcome : outcomes) {
            counts.merge(
                    switch (outcome) {
                        case Outcome.Accepted _ -> Submitted.ACCEPTED;
                        case Outcome.AlreadyKnown _, Outcome.Retired _ -> Submitted.REPEATED;
                        case Outcome.Conflict _,
                                Outcome.UnknownContext _,
                                Outcome.BatchClosed _,
                                Outcome.BatchSize _,
                                Outcome.Unstorable _ ->
                                Submitted.REFUSED;
                    },
                    1,
                    Integer::sum);
        }
        counts.forEach(meters::submitted);
        tellAccepted(outcomes);
    }

    /** For the span of a request; that of a record is told by who took the record. */
    static void trace(Tracing tracing, List<Submission> submissions, Collection<Outcome> outcomes) {
        if (!tracing.on()) {
            return;
        }
        var step = Step.current();
        if (submissions.size() == 1) {
            trace(step, submissions.getFirst(), outcomes.iterator().next());
        } else {
            step.happened(
                    "kiln.admitted",
                    "kiln.jobs.accepted",
                    outcomes.stream().filter(Outcome.Accepted.class::isInstance).count());
        }
    }

    /** What became of one submission. */
    static void trace(Step step, Submission submission, Outcome outcome) {
        boolean accepted = outcome instanceof Outcome.Accepted;
        step.of(outcome.id())
                .of(submission.spec())
                .state(accepted ? "QUEUED" : null)
                .cause(
                        switch (outcome) {
                            case Outcome.Accepted _ -> "accepted";
                            case Outcome.AlreadyKnown _, Outcome.Retired _ -> "repeated";
                            case Outcome.Conflict _,
                                    Outcome.UnknownContext _,
                                    Outcome.BatchClosed _,
                                    Outcome.BatchSize _,
                                    Outcome.Unstorable _ ->
                                    "refused";
                        });
    }

    /** Of one its line; of a batch how many, since each has lines enough to come. */
    private static void tellAccepted(Collection<Outcome> outcomes) {
        var accepted = outcomes.stream().filter(Outcome.Accepted.class::isInstance).toList();
        if (accepted.size() == 1) {
            Transition.of(accepted.getFirst().id())
                    .states(null, "QUEUED")
                    .outcome("accepted")
                    .log(LOG);
        } else if (!accepted.isEmpty()) {
            LOG.infof("jobs=%d to=QUEUED outcome=accepted", accepted.size());
        }
    }

    private static Outcome compare(Submission submission, byte[] body) {
        return Arrays.equals(body, submission.bodyHash())
                ? new Outcome.AlreadyKnown(submission.id())
                : new Outcome.Conflict(submission.id());
    }

    private void insert(
            Map<JobId, Integer> round,
            List<Submission> submissions,
            Map<Integer, Outcome> outcomes,
            Map<JobId, byte[]> bodies) {
        var distinct = round.values().stream().map(submissions::get).toList();
        var index = round.values().iterator();
        Consumer<Outcome> committed =
                outcome -> {
                    int i = index.next();
                    outcomes.put(i, outcome);
                    if (outcome instanceof Outcome.Accepted
                            || outcome instanceof Outcome.AlreadyKnown) {
                        bodies.put(outcome.id(), submissions.get(i).bodyHash());
                    }
                };
        if (!distinct.isEmpty()) {
            insert(distinct, committed);
        }
    }

    /**
     * Inserts all, in their order; when the database refuses the content of some, finds them by
     * halving.
     *
     * @param committed gets the outcome of each, in their order, as soon as it is durable
     */
    private void insert(List<Submission> distinct, Consumer<Outcome> committed) {
        Map<JobId, SubmissionStore.Outcome> outcomes;
        try {
            outcomes = store.insert(distinct);
        } catch (StoreUnavailable mayPass) {
            throw mayPass;
        } catch (RuntimeException refused) {
            if (distinct.size() == 1) {
                JobId id = distinct.getFirst().id();
                // Not all of it: a database's message may quote the row.
                LOG.warnf(
                        "jobId=%s outcome=refused by the database: %s",
                        id, Printable.shorten(rootOf(refused).toString(), LOGGED));
                LOG.debug("the refusal", refused);
                committed.accept(new Outcome.Unstorable(id));
                return;
            }
            int half = distinct.size() / 2;
            insert(distinct.subList(0, half), committed);
            insert(distinct.subList(half, distinct.size()), committed);
            return;
        }
        distinct.forEach(s -> committed.accept(outcome(s.id(), outcomes.get(s.id()))));
    }

    private static Outcome outcome(JobId id, SubmissionStore.@Nullable Outcome outcome) {
        return switch (outcome) {
            case ACCEPTED -> new Outcome.Accepted(id);
            case KNOWN -> new Outcome.AlreadyKnown(id);
            case CONFLICT -> new Outcome.Conflict(id);
            case UNKNOWN_CONTEXT -> new Outcome.UnknownContext(id);
            case RETIRED -> new Outcome.Retired(id);
            case BATCH_CLOSED -> new Outcome.BatchClosed(id);
            case BATCH_SIZE -> new Outcome.BatchSize(id);
            case null -> throw new IllegalStateException("the store has no outcome for " + id);
        };
    }

    /** What the database itself said. */
    private static Throwable rootOf(Throwable e) {
        return e.getCause() == null ? e : rootOf(e.getCause());
    }
}
