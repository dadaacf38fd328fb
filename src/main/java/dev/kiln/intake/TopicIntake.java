package dev.kiln.intake;

import dev.kiln.job.JobId;
import dev.kiln.job.Submission;
import dev.kiln.store.RejectionStore;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.store.SubmissionStore;
import dev.kiln.wire.FieldError;
import dev.kiln.wire.FieldErrors;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Makes a batch of records durable: each becomes a job, or goes to the rejected topic. What can be
 * cured by waiting is waited for, here, since a failure handed to the channel would stop it for
 * good; any other error means that a record of the batch is poison, which is found by halving.
 */
@ApplicationScoped
class TopicIntake {
    private static final Logger LOG = Logger.getLogger(TopicIntake.class);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final SubmissionReader reader;
    private final SubmissionStore store;
    private final RejectionStore rejections;
    private final RejectedTopic rejectedTopic;

    TopicIntake(
            SubmissionReader reader,
            SubmissionStore store,
            RejectionStore rejections,
            RejectedTopic rejectedTopic) {
        this.reader = reader;
        this.store = store;
        this.rejections = rejections;
        this.rejectedTopic = rejectedTopic;
    }

    /** A record that reads as a job. */
    private record Arrival(ConsumerRecord<byte[], byte[]> source, Submission submission) {}

    /**
     * Returns when all of the batch is durable.
     *
     * @throws IntakeStopped when this process stops before: the batch will be delivered again
     */
    void take(List<ConsumerRecord<byte[], byte[]>> batch) {
        try {
            List<Arrival> arrivals = new ArrayList<>();
            for (var source : batch) {
                switch (reader.read(value(source), new Origin.Topic(key(source)))) {
                    case Reading.Accepted(var submission) ->
                            arrivals.add(new Arrival(source, submission));
                    case Reading.Refused(var id, var errors) -> reject(source, id, errors);
                }
            }
            // The same id twice in one batch is decided in order, like the same id in two batches.
            for (List<Arrival> distinct : distinctIds(arrivals)) {
                insert(distinct);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IntakeStopped();
        }
    }

    /** Splits into rounds without a repeated id, keeping the order of each id's records. */
    private static List<List<Arrival>> distinctIds(List<Arrival> arrivals) {
        List<Map<JobId, Arrival>> rounds = new ArrayList<>();
        for (Arrival arrival : arrivals) {
            var round =
                    rounds.stream()
                            .filter(r -> !r.containsKey(arrival.submission().id()))
                            .findFirst();
            round.orElseGet(
                            () -> {
                                rounds.add(new LinkedHashMap<>());
                                return rounds.getLast();
                            })
                    .put(arrival.submission().id(), arrival);
        }
        return rounds.stream().map(round -> List.copyOf(round.values())).toList();
    }

    private void insert(List<Arrival> arrivals) throws InterruptedException {
        Map<JobId, SubmissionStore.Outcome> outcomes;
        try {
            outcomes = insertOnceAvailable(arrivals);
        } catch (RuntimeException refused) {
            isolate(arrivals, refused);
            return;
        }
        for (Arrival arrival : arrivals) {
            var id = arrival.submission().id();
            if (outcomes.get(id) == SubmissionStore.Outcome.CONFLICT) {
                reject(arrival.source(), id, List.of(conflict()));
            }
        }
        LOG.debugf("intake records=%d", arrivals.size());
    }

    private Map<JobId, SubmissionStore.Outcome> insertOnceAvailable(List<Arrival> arrivals)
            throws InterruptedException {
        var submissions = arrivals.stream().map(Arrival::submission).toList();
        boolean told = false;
        while (true) {
            try {
                return store.insert(submissions);
            } catch (StoreUnavailable e) {
                if (!told) {
                    LOG.warnf("intake=waiting, %d records: %s", arrivals.size(), e.getMessage());
                    told = true;
                }
                Thread.sleep(RETRY);
            }
        }
    }

    private void isolate(List<Arrival> arrivals, RuntimeException refused)
            throws InterruptedException {
        if (arrivals.size() > 1) {
            int half = arrivals.size() / 2;
            insert(arrivals.subList(0, half));
            insert(arrivals.subList(half, arrivals.size()));
            return;
        }
        Arrival poison = arrivals.getFirst();
        LOG.debugf(refused, "jobId=%s refused by Postgres", poison.submission().id());
        var error = new FieldError("", "the database refuses the content of this document");
        reject(poison.source(), poison.submission().id(), List.of(error));
    }

    private void reject(
            ConsumerRecord<byte[], byte[]> source, @Nullable JobId id, List<FieldError> errors)
            throws InterruptedException {
        sendOnceAvailable(source, errors);
        // A conflict says nothing about the job that the id belongs to, and polling shows the job
        // before any rejection.
        if (id != null) {
            rememberOnceAvailable(id, FieldErrors.toJson(errors));
        }
        LOG.infof(
                "jobId=%s source=%s/%d/%d outcome=rejected: %s",
                id,
                source.topic(),
                source.partition(),
                source.offset(),
                FieldErrors.inWords(errors));
    }

    private void sendOnceAvailable(ConsumerRecord<byte[], byte[]> source, List<FieldError> errors)
            throws InterruptedException {
        while (true) {
            try {
                rejectedTopic.send(source, errors);
                return;
            } catch (ExecutionException | TimeoutException e) {
                LOG.warnf("intake=waiting for kiln.rejected: %s", e.toString());
                Thread.sleep(RETRY);
            }
        }
    }

    private void rememberOnceAvailable(JobId id, String reason) throws InterruptedException {
        while (true) {
            try {
                rejections.remember(id, reason);
                return;
            } catch (StoreUnavailable e) {
                LOG.debug("keeping a rejection until Postgres takes it", e);
                Thread.sleep(RETRY);
            }
        }
    }

    private static FieldError conflict() {
        return new FieldError(
                "/id", "belongs to a job with another body; give a new job an id of its own");
    }

    /** A tombstone has no value, which reads as an empty document. */
    private static byte[] value(ConsumerRecord<byte[], byte @Nullable []> source) {
        byte[] value = source.value();
        return value == null ? new byte[0] : value;
    }

    private static @Nullable String key(ConsumerRecord<byte[], byte[]> source) {
        return source.key() == null ? null : new String(source.key(), StandardCharsets.UTF_8);
    }
}
