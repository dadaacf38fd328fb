package dev.kiln.event;

import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Loop;
import dev.kiln.lifecycle.Role;
import dev.kiln.store.BatchEnd;
import dev.kiln.store.BatchStore;
import dev.kiln.topic.TopicWriter;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Looks once a second which closed batches are complete, and publishes that on {@code
 * kiln.completions}. Beside the way of the jobs on purpose: no job's end asks for its batch. Where
 * no batch is closed a look is two probes of empty indexes.
 */
@ApplicationScoped
class BatchWatch {
    private static final Duration EVERY = Duration.ofSeconds(1);

    /** The rows of so many batches are counted in one transaction. */
    private static final int MOST = 20;

    private static final byte[] CONTENT_TYPE =
            (CompletionEvent.MEDIA_TYPE + "; charset=UTF-8").getBytes(StandardCharsets.US_ASCII);

    private final BatchStore batches;
    private final KilnConfig kiln;
    private final String topic;

    /** The channel is opened by the owner of its emitter, {@link CompletionRelay}. */
    private final TopicWriter<String> completions;

    private @Nullable Loop loop;

    BatchWatch(
            BatchStore batches,
            KilnConfig kiln,
            @ConfigProperty(name = "mp.messaging.outgoing.completions.topic") String topic,
            KafkaClientService clients) {
        this.batches = batches;
        this.kiln = kiln;
        this.topic = topic;
        this.completions = new TopicWriter<>(clients, "completions");
    }

    void start(@Observes StartupEvent event) {
        if (kiln.roles().contains(Role.RELAY)) {
            loop = Loop.start("batch-watch", () -> Thread.sleep(EVERY), this::look);
        }
    }

    /** One look. */
    void look() {
        while (batches.complete(MOST) == MOST) {
            // More of them ended in the same second.
        }
        while (batches.announce(MOST, this::publish) == MOST) {
            // More of them wait.
        }
    }

    private void publish(List<BatchEnd> events) throws Exception {
        completions.write(events.stream().map(this::record).toList());
    }

    private ProducerRecord<String, byte[]> record(BatchEnd event) {
        var record = new ProducerRecord<>(topic, BatchEvent.subject(event), BatchEvent.of(event));
        record.headers().add("content-type", CONTENT_TYPE);
        return record;
    }

    /** Ends with the process; what is not announced by then is left for the next one. */
    void stop(@Observes ShutdownEvent event) {
        if (loop != null) {
            loop.close();
        }
    }
}
