package dev.kiln.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.cli.client.CliException;
import dev.kiln.cli.client.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Jobs in by one topic and their ends out by the other, as any producer and consumer has it. */
final class TopicDoor implements AutoCloseable {

    private static final String JOBS = "kiln.jobs";
    private static final String COMPLETIONS = "kiln.completions";
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration FOUND_LIMIT = Duration.ofSeconds(15);
    private static final Duration END_LIMIT = Duration.ofMinutes(15);

    private final Map<String, CompletableFuture<Ended>> awaited = new ConcurrentHashMap<>();
    private final KafkaProducer<String, String> producer;
    private final KafkaConsumer<String, String> consumer;
    private final Thread reader;
    private volatile boolean closed;

    /**
     * The end of a job.
     *
     * @param nanos when its event arrived, on this JVM's clock
     * @param data of the event
     */
    record Ended(long nanos, JsonNode data) {

        /** Whether the program succeeded and wrote this many bytes. */
        boolean good(long bytes) {
            var result = data.path("result");
            return result.path("success").asBoolean()
                    && result.path("stdout_bytes").asLong() == bytes;
        }
    }

    /** Connects to a broker; only ends that come from now on are seen. */
    TopicDoor(String bootstrapServers) {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrapServers);
        var in = new StringDeserializer();
        var out = new StringSerializer();
        try {
            consumer = new KafkaConsumer<>(settings, in, in);
            var partitions =
                    consumer.partitionsFor(COMPLETIONS, FOUND_LIMIT).stream()
                            .map(each -> new TopicPartition(each.topic(), each.partition()))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToEnd(partitions);
            // Seeking is lazy: asking makes it happen now, before the first job.
            partitions.forEach(each -> consumer.position(each, FOUND_LIMIT));
            producer =
                    new KafkaProducer<>(
                            Map.of("bootstrap.servers", bootstrapServers, "acks", "all"), out, out);
        } catch (KafkaException e) {
            throw new CliException(
                    "no Kafka with Kiln's topics answers at %s (%s): check --kafka"
                            .formatted(bootstrapServers, e.getMessage()),
                    e);
        }
        reader = Thread.ofPlatform().daemon().name("bench-events").start(this::read);
    }

    private void read() {
        try (consumer) {
            while (!closed) {
                for (var event : consumer.poll(POLL)) {
                    var waiting = awaited.remove(event.key());
                    if (waiting != null) {
                        waiting.complete(new Ended(System.nanoTime(), data(event.value())));
                    }
                }
            }
        } catch (KafkaException broken) {
            awaited.values().forEach(each -> each.completeExceptionally(broken));
        }
    }

    private static JsonNode data(String event) {
        return Json.parse(event.getBytes(StandardCharsets.UTF_8))
                .orElseGet(Json::object)
                .path("data");
    }

    /** Sends a job, and gives its end when that has come. */
    CompletableFuture<Ended> send(ObjectNode submission) {
        String id = UUID.randomUUID().toString();
        var end = new CompletableFuture<Ended>();
        awaited.put(id, end);
        producer.send(
                new ProducerRecord<>(JOBS, id, Json.line(submission)),
                (_, refused) -> {
                    if (refused != null) {
                        end.completeExceptionally(refused);
                    }
                });
        return end;
    }

    /** Waits for the end of a job that was sent. */
    static Ended await(CompletableFuture<Ended> end) throws InterruptedException {
        try {
            return end.get(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new CliException("the broker failed: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new CliException(
                    "a job had no completion event within %d min: look at Kiln's log"
                            .formatted(END_LIMIT.toMinutes()),
                    e);
        }
    }

    @Override
    public void close() {
        closed = true;
        producer.close();
        try {
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
