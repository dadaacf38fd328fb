package dev.kiln.cli.demo;

import dev.kiln.cli.client.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** The topic that tells of every job's end, read as any consumer reads it. */
record CompletionTopic(String bootstrapServers) {

    private static final String NAME = "kiln.completions";
    private static final Duration POLL = Duration.ofMillis(200);

    /**
     * Reads the topic from its beginning until each of these jobs has an event, or until the limit
     * has passed.
     *
     * @return the ids of the events by the id of the job; a job with two different ones has ended
     *     twice
     */
    Map<String, Set<String>> events(Collection<String> jobs, Duration limit) {
        var events = new HashMap<String, Set<String>>();
        var giveUp = Instant.now().plus(limit);
        var text = new StringDeserializer();
        try (var consumer =
                new KafkaConsumer<>(
                        Map.<String, Object>of("bootstrap.servers", bootstrapServers),
                        text,
                        text)) {
            var partitions =
                    consumer.partitionsFor(NAME).stream()
                            .map(
                                    partition ->
                                            new TopicPartition(
                                                    partition.topic(), partition.partition()))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            boolean complete = false;
            while (!complete && Instant.now().isBefore(giveUp)) {
                complete = events.keySet().containsAll(jobs);
                // Once more after the last one is there: a second event would be right behind it.
                collect(consumer.poll(POLL), events);
            }
        }
        return events;
    }

    private static void collect(
            ConsumerRecords<String, String> records, Map<String, Set<String>> events) {
        records.forEach(
                record -> {
                    var event =
                            Json.parse(record.value().getBytes(StandardCharsets.UTF_8))
                                    .orElseGet(Json::object);
                    events.computeIfAbsent(record.key(), _ -> new HashSet<>())
                            .add(event.path("id").asText());
                });
    }
}
