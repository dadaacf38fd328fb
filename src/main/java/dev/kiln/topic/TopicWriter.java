package dev.kiln.topic;

import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Writes records by the Kafka producer of an outgoing channel, which the connector configures,
 * opens and closes. Its {@code Emitter} is left aside: by it a record costs several times what the
 * producer's own {@code send} does, and every record of a group that the broker did not take is
 * logged with a stack trace.
 *
 * <p>The connector opens a channel only when somebody injects its emitter; the owner does.
 *
 * @param <K> the type of the keys
 */
public final class TopicWriter<K> {
    /**
     * Longer than the producer's own {@code delivery.timeout.ms}, so that its verdict comes first.
     */
    private static final Duration ACKNOWLEDGED_WITHIN = Duration.ofSeconds(40);

    private final KafkaClientService clients;
    private final String channel;

    /** A writer on the outgoing channel of that name, whose producer is looked up when needed. */
    public TopicWriter(KafkaClientService clients, String channel) {
        this.clients = clients;
        this.channel = channel;
    }

    /**
     * Writes the records, those of a key in their order, and returns when the broker has
     * acknowledged all of them. When it throws, some may have been written all the same.
     *
     * @throws ExecutionException when the broker refused one or did not take it within the
     *     producer's {@code delivery.timeout.ms}
     * @throws TimeoutException when the producer did not say what became of one
     */
    public void write(List<ProducerRecord<K, byte[]>> records)
            throws InterruptedException, ExecutionException, TimeoutException {
        Producer<K, byte[]> producer = clients.<K, byte[]>getProducer(channel).unwrap();
        List<Future<RecordMetadata>> sent = new ArrayList<>(records.size());
        for (var record : records) {
            var acknowledged = producer.send(record);
            // One that could not even be put into the buffer: the next would wait as long again.
            if (acknowledged.isDone()) {
                acknowledged.get();
            }
            sent.add(acknowledged);
        }
        // Nothing more is coming that the producer should wait for (linger.ms).
        producer.flush();
        long deadline = System.nanoTime() + ACKNOWLEDGED_WITHIN.toNanos();
        for (var acknowledged : sent) {
            acknowledged.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
    }
}
