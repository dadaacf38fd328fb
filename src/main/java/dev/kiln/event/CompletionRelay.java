package dev.kiln.event;

import dev.kiln.job.Completion;
import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Loop;
import dev.kiln.lifecycle.Role;
import dev.kiln.store.Doorbells;
import dev.kiln.store.OutboxStore;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what the outbox holds on {@code kiln.completions}, oldest first, and forgets it once it
 * is acknowledged.
 */
@ApplicationScoped
public class CompletionRelay {
    private static final int MOST = 500;
    private static final Duration POLL = Duration.ofMillis(500);

    /**
     * Longer than the producer's own {@code delivery.timeout.ms}, so that its verdict comes first.
     */
    private static final Duration ACKNOWLEDGED_WITHIN = Duration.ofSeconds(40);

    private static final byte[] CONTENT_TYPE =
            (CompletionEvent.MEDIA_TYPE + "; charset=UTF-8").getBytes(StandardCharsets.US_ASCII);

    private final OutboxStore outbox;
    private final Doorbells doorbells;
    private final KilnConfig kiln;
    private final Emitter<byte[]> completions;
    private boolean more;
    private @Nullable Loop loop;

    CompletionRelay(
            OutboxStore outbox,
            Doorbells doorbells,
            KilnConfig kiln,
            @Channel("completions") @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
                    Emitter<byte[]> completions) {
        this.outbox = outbox;
        this.doorbells = doorbells;
        this.kiln = kiln;
        this.completions = completions;
    }

    void start(@Observes StartupEvent event) {
        if (kiln.roles().contains(Role.RELAY)) {
            loop = Loop.start("relay", this::awaitEvents, this::relay);
        }
    }

    private void awaitEvents() throws InterruptedException {
        if (!more) {
            doorbells.outbox().await(POLL);
        }
    }

    private void relay() {
        more = outbox.relay(MOST, this::publish) == MOST;
    }

    private void publish(List<Completion> events) throws Exception {
        CompletableFuture.allOf(
                        events.stream().map(this::send).toArray(CompletableFuture<?>[]::new))
                .get(ACKNOWLEDGED_WITHIN.toSeconds(), TimeUnit.SECONDS);
    }

    private CompletableFuture<@Nullable Void> send(Completion event) {
        var acknowledged = new CompletableFuture<@Nullable Void>();
        completions.send(
                Message.of(CompletionEvent.of(event))
                        .addMetadata(metadata(event))
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
        return acknowledged;
    }

    private static OutgoingKafkaRecordMetadata<String> metadata(Completion event) {
        return OutgoingKafkaRecordMetadata.<String>builder()
                .withKey(event.job().toString())
                .withHeaders(new RecordHeaders().add("content-type", CONTENT_TYPE))
                .build();
    }

    /** Ends with the process; what is not relayed by then stays in the outbox for the next one. */
    void stop(@Observes ShutdownEvent event) {
        if (loop != null) {
            loop.close();
        }
    }
}
