package dev.kiln.intake;

import dev.kiln.job.JobId;
import dev.kiln.job.Submission;
import dev.kiln.store.RejectionStore;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.tracing.Delivery;
import dev.kiln.tracing.Step;
import dev.kiln.tracing.Tracing;
import dev.kiln.wire.FieldError;
import dev.kiln.wire.FieldErrors;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Makes a batch of records durable: each becomes a job, or goes to the rejected topic. What can be
 * cured by waiting is waited for, here, since a failure handed to the channel would stop it for
 * good.
 */
@ApplicationScoped
class TopicIntake {
    private static final Logger LOG = Logger.getLogger(TopicIntake.class);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final TopicReader reader;
    private final Admission admission;
    private final TopicCancels cancels;
    private final RejectionStore rejections;
    private final RejectedTopic rejectedTopic;
    private final RecordAge age;
    private final TopicsConfig topics;
    private final RefusalLog refusals;
    private final Tracing tracing;

    TopicIntake(
            TopicReader reader,
            Admission admission,
            TopicCancels cancels,
            RejectionStore rejections,
            RejectedTopic rejectedTopic,
            RecordAge age,
            TopicsConfig topics,
            RefusalLog refusals,
            Tracing tracing) {
        this.reader = reader;
        this.admission = admission;
        this.cancels = cancels;
        this.rejections = rejections;
        this.rejectedTopic = rejectedTopic;
        this.age = age;
        this.topics = topics;
        this.refusals = refusals;
        this.tracing = tracing;
    }

    /**
     * A record that reads as a job.
     *
     * @param step that it is being taken
     */
    private record Arrival(
            ConsumerRecord<byte[], byte[]> source, Submission submission, Step step) {
        JobId id() {
            return submission.id();
        }
    }

    /**
     * Returns when all of the batch is durable.
     *
     * @throws IntakeStopped when this process stops before: the batch will be delivered again
     */
    void take(List<ConsumerRecord<byte[], byte[]>> batch) {
        List<Arrival> arrivals = new ArrayList<>();
        try {
            List<TopicCancels.Wish> wishes = new ArrayList<>();
            for (var source : batch) {
                switch (reader.read(value(source), origin(source))) {
                    case TopicRecord.Submit(var submission) when age.tooOld(source) ->
                            reject(
                                    source,
                                    submission.id(),
                                    List.of(Refusals.TOO_OLD),
                                    submission.spec().placement().tenant());
                    case TopicRecord.Submit(var submission) ->
                            arrivals.add(arrival(source, submission));
                    case TopicRecord.Cancel(var cancellation) ->
                            wishes.add(
                                    new TopicCancels.Wish(source, cancellation, arrivals.size()));
                    case TopicRecord.Refused(var id, var errors) ->
                            reject(source, id, errors, tenantOf(source));
                }
            }
            var order = TopicCancels.Order.of(wishes, arrivals.stream().map(Arrival::id).toList());
            cancel(order.beforeTheirJobs());
            admit(arrivals);
            cancel(order.afterwards());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IntakeStopped();
        } finally {
            arrivals.forEach(arrival -> arrival.step().close());
        }
    }

    /** Each is in its producer's trace, or in one of its own. */
    private Arrival arrival(ConsumerRecord<byte[], byte[]> source, Submission submission) {
        var header = source.headers().lastHeader(Delivery.TRACEPARENT);
        var step =
                tracing.received(
                        new Delivery(
                                source.topic(),
                                source.partition(),
                                source.offset(),
                                header == null ? null : header.value()));
        var trace = step.asParent();
        return new Arrival(source, trace == null ? submission : submission.in(trace), step);
    }

    private void admit(List<Arrival> arrivals) throws InterruptedException {
        var submissions = arrivals.stream().map(Arrival::submission).toList();
        // The line of a job that came alone is in its trace.
        var step = arrivals.size() == 1 ? arrivals.getFirst().step() : Step.NONE;
        List<Admission.Outcome> outcomes;
        try (var _ = step.work()) {
            outcomes = onceAvailable("Postgres", () -> admission.admit(submissions));
        }
        int retired = 0;
        for (int i = 0; i < arrivals.size(); i++) {
            Admission.trace(arrivals.get(i).step(), arrivals.get(i).submission(), outcomes.get(i));
            var source = arrivals.get(i).source();
            // As of a repetition of a job that is still there there is nothing to tell anybody.
            if (outcomes.get(i) instanceof Admission.Outcome.Retired) {
                retired++;
                continue;
            }
            var why = Refusals.why(outcomes.get(i));
            if (why != null) {
                String tenant = arrivals.get(i).submission().spec().placement().tenant();
                reject(source, outcomes.get(i).id(), List.of(why), tenant);
            }
        }
        if (retired > 0) {
            LOG.infof("records=%d outcome=skipped: their jobs were removed", retired);
        }
    }

    private void cancel(List<TopicCancels.Wish> wishes) throws InterruptedException {
        for (var foreign : onceAvailable("Postgres", () -> cancels.apply(wishes))) {
            reject(foreign.source(), null, List.of(Refusals.OTHER_TENANT), null);
        }
    }

    /**
     * A conflict says nothing about the job that the id belongs to: polling shows a job before any
     * rejection.
     */
    private void reject(
            ConsumerRecord<byte[], byte[]> source,
            @Nullable JobId id,
            List<FieldError> errors,
            @Nullable String tenant)
            throws InterruptedException {
        onceAvailable(
                "kiln.rejected",
                () -> {
                    rejectedTopic.send(source, errors);
                    return errors;
                });
        if (id != null) {
            onceAvailable(
                    "Postgres",
                    () -> {
                        rejections.remember(id, FieldErrors.toJson(errors), tenant);
                        return id;
                    });
        }
        refusals.refused(id, source, errors);
    }

    /** Something that can only fail in ways that pass by waiting, or by a bug. */
    private interface Try<T> {
        T take() throws InterruptedException, ExecutionException, TimeoutException;
    }

    private static <T> T onceAvailable(String what, Try<T> step) throws InterruptedException {
        boolean told = false;
        while (true) {
            try {
                return step.take();
            } catch (StoreUnavailable | ExecutionException | TimeoutException e) {
                if (!told) {
                    LOG.warnf("intake=waiting for %s: %s", what, e);
                    told = true;
                }
                Thread.sleep(RETRY);
            }
        }
    }

    private Origin.Topic origin(ConsumerRecord<byte[], byte[]> source) {
        return new Origin.Topic(key(source), tenantOf(source));
    }

    /** Whose the topic is; of a document that could not be read nothing else can be told. */
    private @Nullable String tenantOf(ConsumerRecord<byte[], byte[]> source) {
        return topics.tenantOf(source.topic()).orElse(null);
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
