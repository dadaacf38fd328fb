package dev.kiln.intake;

import dev.kiln.topic.TopicWriter;
import dev.kiln.wire.FieldError;
import dev.kiln.wire.FieldErrors;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.jspecify.annotations.Nullable;

/**
 * The topic {@code kiln.rejected}: records that are no jobs, as they came, with headers that say
 * why.
 */
@ApplicationScoped
class RejectedTopic {
    /** Why, in words. */
    static final String REASON = "kiln-reason";

    /** Why, as a JSON array of {@code {"pointer", "message"}}. */
    static final String ERRORS = "kiln-errors";

    /** Where the record was, as {@code topic/partition/offset}. */
    static final String SOURCE = "kiln-source";

    private final String topic;
    private final TopicWriter<byte[]> rejected;

    RejectedTopic(
            @ConfigProperty(name = "mp.messaging.outgoing.rejected.topic") String topic,
            KafkaClientService clients,
            @Channel("rejected") Emitter<byte[]> opensTheChannel) {
        this.topic = topic;
        this.rejected = new TopicWriter<>(clients, "rejected");
    }

    /**
     * Sends the record there; returns when the broker has it.
     *
     * @throws ExecutionException when the broker refused it
     * @throws TimeoutException when it did not answer
     */
    void send(ConsumerRecord<byte[], byte @Nullable []> source, List<FieldError> errors)
            throws InterruptedException, ExecutionException, TimeoutException {
        byte[] value = source.value() == null ? new byte[0] : source.value();
        rejected.write(
                List.of(
                        new ProducerRecord<>(
                                topic, null, source.key(), value, headers(source, errors))));
    }

    private static Headers headers(ConsumerRecord<?, ?> source, List<FieldError> errors) {
        String where = source.topic() + "/" + source.partition() + "/" + source.offset();
        return new RecordHeaders(source.headers().toArray())
                .add(REASON, utf8(FieldErrors.inWords(errors)))
                .add(ERRORS, utf8(FieldErrors.toJson(errors)))
                .add(SOURCE, utf8(where));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
