package dev.kiln.event;

import dev.kiln.job.Completion;
import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Loop;
import dev.kiln.lifecycle.Role;
import dev.kiln.store.Doorbells;
import dev.kiln.store.OutboxStore;
import dev.kiln.topic.TopicWriter;
import dev.kiln.tracing.Delivery;
import dev.kiln.tracing.Step;
import dev.kiln.tracing.Tracing;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what the outbox holds on {@code kiln.completions}, oldest first, and forgets it once it
 * is acknowledged.
 */
@ApplicationScoped
public class CompletionRelay {
    private static final int MOST = 500;
    private static final Duration POLL = Duration.ofMillis(500);

    private static final byte[] CONTENT_TYPE =
            (CompletionEvent.MEDIA_TYPE + "; charset=UTF-8").getBytes(StandardCharsets.US_ASCII);

    private final OutboxStore outbox;
    private final Doorbells doorbells;
    private final KilnConfig kiln;
    private final String topic;
    private final TopicWriter<String> completions;
    private final Tracing tracing;
    private boolean more;
    private @Nullable Loop loop;

    CompletionRelay(
            OutboxStore outbox,
            Doorbells doorbells,
            KilnConfig kiln,
            @ConfigProperty(name = "mp.messaging.outgoing.completions.topic") String topic,
            KafkaClientService clients,
            Tracing tracing,
            @Channel("completions") Emitter<byte[]> opensTheChannel) {
        this.outbox = outbox;
        this.doorbells = doorbells;
        this.kiln = kiln;
        this.topic = topic;
        this.tracing = tracing;
        this.completions = new TopicWriter<>(clients, "completions");
    }

    void start(@Observes StartupEvent event) {
        if (kiln.roles().contains(Role.RELAY)) {
            loop = Loop.start("relay", this::awaitEvents, this::relay);
        }
    }

    private void awaitEvents() throws InterruptedException {
        if (!more) {
            doorbells.outbox().await(POLL);
        }
    }

    private void relay() {
        more = outbox.relay(MOST, tracing.on(), this::publish) == MOST;
    }

    private void publish(List<Completion> events) throws Exception {
        var steps = events.stream().map(event -> tracing.publishing(topic, event)).toList();
        try {
            var records =
                    IntStream.range(0, events.size())
                            .mapToObj(i -> record(events.get(i), steps.get(i)))
                            .toList();
            completions.write(records);
        } catch (Exception e) {
            steps.forEach(step -> step.failed(e.getClass().getName()));
            throw e;
        } finally {
            steps.forEach(Step::close);
        }
    }

    private ProducerRecord<String, byte[]> record(Completion event, Step step) {
        var record = new ProducerRecord<>(topic, event.job().toString(), CompletionEvent.of(event));
        record.headers().add("content-type", CONTENT_TYPE);
        var trace = step.asParent();
        if (trace != null) {
            record.headers()
                    .add(Delivery.TRACEPARENT, trace.text().getBytes(StandardCharsets.US_ASCII));
        }
        return record;
    }

    /** Ends with the process; what is not relayed by then stays in the outbox for the next one. */
    void stop(@Observes ShutdownEvent event) {
        if (loop != null) {
            loop.close();
        }
    }
}
