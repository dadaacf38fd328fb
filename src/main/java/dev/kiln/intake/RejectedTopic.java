package dev.kiln.intake;

import dev.kiln.wire.FieldError;
import dev.kiln.wire.FieldErrors;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
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

    private static final long ACKNOWLEDGED_WITHIN_SECONDS = 40;

    private final Emitter<byte[]> rejected;

    RejectedTopic(
            @Channel("rejected") @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
                    Emitter<byte[]> rejected) {
        this.rejected = rejected;
    }

    /**
     * Sends the record there; returns when the broker has it.
     *
     * @throws ExecutionException when the broker refused it
     * @throws TimeoutException when it did not answer
     */
    void send(ConsumerRecord<byte[], byte @Nullable []> source, List<FieldError> errors)
            throws InterruptedException, ExecutionException, TimeoutException {
        var acknowledged = new CompletableFuture<@Nullable Void>();
        var metadata =
                OutgoingKafkaRecordMetadata.<byte[]>builder()
                        .withKey(source.key())
                        .withHeaders(headers(source, errors))
                        .build();
        byte[] value = source.value() == null ? new byte[0] : source.value();
        rejected.send(
                Message.of(value)
                        .addMetadata(metadata)
                        .withAck(
                                () -> {
                                    acknowledged.complete(null);
                                    return CompletableFuture.completedFuture(null);
                                })
                        .withNack(
                                failure -> {
                                    acknowledged.completeExceptionally(failure);
                                    return CompletableFuture.completedFuture(null);
                                }));
        acknowledged.get(ACKNOWLEDGED_WITHIN_SECONDS, TimeUnit.SECONDS);
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
