package dev.kiln.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** A topic, read as any consumer reads it. */
final class Topic {
    private static final Duration POLL = Duration.ofMillis(500);

    private Topic() {}

    /** A record's key and value. */
    record Entry(String key, String value) {}

    /** All that the topic holds now, from its beginning to its end. */
    static List<Entry> read(String bootstrapServers, String name) {
        List<Entry> entries = new ArrayList<>();
        var text = new StringDeserializer();
        try (var consumer =
                new KafkaConsumer<>(
                        Map.<String, Object>of("bootstrap.servers", bootstrapServers),
                        text,
                        text)) {
            var partitions =
                    consumer.partitionsFor(name).stream()
                            .map(each -> new TopicPartition(each.topic(), each.partition()))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream()
                    .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(POLL)
                        .forEach(record -> entries.add(new Entry(record.key(), record.value())));
            }
        }
        return entries;
    }
}
