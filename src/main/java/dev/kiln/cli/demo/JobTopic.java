package dev.kiln.cli.demo;

import dev.kiln.cli.client.CliException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The topic that jobs go in by, as any producer in any language sees it: a key, a document, nothing
 * of Kiln's.
 */
record JobTopic(String bootstrapServers) {

    private static final String NAME = "kiln.jobs";

    /** Sends them all, and returns when the broker has them. */
    void send(List<Example> examples) throws InterruptedException {
        var text = new StringSerializer();
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrapServers, "acks", "all");
        try (var producer = new KafkaProducer<>(settings, text, text)) {
            var sent = new ArrayList<Future<RecordMetadata>>();
            for (var example : examples) {
                sent.add(
                        producer.send(
                                new ProducerRecord<>(NAME, example.id(), example.document())));
            }
            for (var each : sent) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new CliException("the broker did not take the jobs: " + e.getCause(), e);
        }
    }
}
