package dev.kiln.intake;

import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jspecify.annotations.Nullable;

/**
 * The Kafka door. A batch's offsets are committed only after all of it is durable, in Postgres or
 * on the rejected topic, and before any of it runs.
 */
@ApplicationScoped
public class JobTopicListener {
    private final TopicIntake intake;

    /** Virtual threads, since a batch may wait for minutes for Postgres to come back. */
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private volatile boolean busy;

    JobTopicListener(TopicIntake intake) {
        this.intake = intake;
    }

    /** Called with the next batch only after the stage of the one before has completed. */
    @Incoming("jobs")
    CompletionStage<@Nullable Void> consume(ConsumerRecords<byte[], byte[]> records) {
        List<ConsumerRecord<byte[], byte[]>> batch = new ArrayList<>();
        records.forEach(batch::add);
        return CompletableFuture.runAsync(() -> take(batch), threads);
    }

    private void take(List<ConsumerRecord<byte[], byte[]>> batch) {
        busy = true;
        try {
            intake.take(batch);
        } finally {
            busy = false;
        }
    }

    /** Whether a batch is being taken, or waits for what it needs. */
    boolean busy() {
        return busy;
    }

    /**
     * Interrupts a batch that waits for Postgres or the broker: its offsets stay where they are.
     */
    @PreDestroy
    void stop() {
        threads.shutdownNow();
    }
}
