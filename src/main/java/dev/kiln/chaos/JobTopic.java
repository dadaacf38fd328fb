package dev.kiln.chaos;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The door by Kafka, through a producer like any other. */
final class JobTopic implements AutoCloseable {
    private static final String NAME = "kiln.jobs";

    private final KafkaProducer<byte[], byte[]> producer;
    private final List<ProducerRecord<byte[], byte[]>> sent = new CopyOnWriteArrayList<>();

    JobTopic(String bootstrapServers) {
        this.producer =
                new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers", bootstrapServers,
                                "acks", "all",
                                "delivery.timeout.ms", 600_000,
                                "request.timeout.ms", 10_000,
                                "max.block.ms", 600_000),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
    }

    /** Produces a document; returns when the broker has it, however long it is away. */
    void submit(String id, String document) throws InterruptedException {
        var record =
                new ProducerRecord<>(
                        NAME,
                        id.getBytes(StandardCharsets.UTF_8),
                        document.getBytes(StandardCharsets.UTF_8));
        await(producer.send(record));
        sent.add(record);
    }

    /** Produces again all that was submitted here; returns when the broker has it. */
    void replay() throws InterruptedException {
        var sending = sent.stream().map(producer::send).toList();
        for (var each : sending) {
            await(each);
        }
    }

    private static void await(Future<RecordMetadata> sending) throws InterruptedException {
        try {
            sending.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the broker did not take a record", e.getCause());
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
