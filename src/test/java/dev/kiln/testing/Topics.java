package dev.kiln.testing;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A producer and consumer that know nothing of Kiln but its topics. */
public final class Topics implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String servers;
    private final KafkaProducer<byte[], byte[]> producer;

    public Topics(String servers) {
        this.servers = servers;
        this.producer =
                new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers",
                                servers,
                                "acks",
                                "all",
                                "max.request.size",
                                2 << 20),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
    }

    /** Produces to {@code kiln.jobs}; returns when the broker has it. */
    public void submit(String key, String document) {
        submit(key, document.getBytes(StandardCharsets.UTF_8));
    }

    /** Produces to {@code kiln.jobs}; key and value may be null. */
    public void submit(String key, byte[] document) {
        submit("kiln.jobs", key, document);
    }

    /** Produces to a topic; key and value may be null. */
    public void submit(String topic, String key, byte[] document) {
        byte[] keyBytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
        try {
            producer.send(new ProducerRecord<>(topic, keyBytes, document)).get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError("the broker did not take the record", e);
        }
    }

    /** Produces to {@code kiln.jobs} with a header; returns when the broker has it. */
    public void submit(String key, String document, String header, byte[] value) {
        var record =
                new ProducerRecord<>(
                        "kiln.jobs",
                        key.getBytes(StandardCharsets.UTF_8),
                        document.getBytes(StandardCharsets.UTF_8));
        record.headers().add(header, value);
        try {
            producer.send(record).get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError("the broker did not take the record", e);
        }
    }

    /** The first record of a topic that the test looks for; fails when it does not come. */
    public ConsumerRecord<String, String> await(
            String topic, Predicate<ConsumerRecord<String, String>> wanted) {
        var found = read(topic, wanted, PATIENCE, 1);
        if (found.isEmpty()) {
            throw new AssertionError("no such record on " + topic + " within " + PATIENCE);
        }
        return found.getFirst();
    }

    /** All such records that come within a while. */
    public List<ConsumerRecord<String, String>> all(
            String topic, Predicate<ConsumerRecord<String, String>> wanted, Duration within) {
        return read(topic, wanted, within, Integer.MAX_VALUE);
    }

    private List<ConsumerRecord<String, String>> read(
            String topic,
            Predicate<ConsumerRecord<String, String>> wanted,
            Duration within,
            int most) {
        List<ConsumerRecord<String, String>> found = new ArrayList<>();
        try (var consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", servers),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            var partitions =
                    consumer.partitionsFor(topic).stream()
                            .map(p -> new TopicPartition(topic, p.partition()))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long end = System.nanoTime() + within.toNanos();
            while (found.size() < most && System.nanoTime() < end) {
                for (var polled : consumer.poll(Duration.ofMillis(200))) {
                    var record = text(polled);
                    if (wanted.test(record)) {
                        found.add(record);
                    }
                }
            }
        }
        return found;
    }

    private static ConsumerRecord<String, String> text(ConsumerRecord<byte[], byte[]> record) {
        return new ConsumerRecord<>(
                record.topic(),
                record.partition(),
                record.offset(),
                record.timestamp(),
                record.timestampType(),
                record.serializedKeySize(),
                record.serializedValueSize(),
                record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8),
                record.value() == null ? null : new String(record.value(), StandardCharsets.UTF_8),
                record.headers(),
                record.leaderEpoch());
    }

    /** A header's text; fails when there is none. */
    public static String header(ConsumerRecord<?, ?> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        producer.close();
    }
}
