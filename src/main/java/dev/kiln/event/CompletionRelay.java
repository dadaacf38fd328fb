package dev.kiln.event;

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
import java.util.ArrayList;
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
    private static final int MOST = 200;
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
        more = outbox.relay(MOST, new Sending()) == MOST;
    }

    /** One round: what was sent in it, and whether it arrived. */
    private final class Sending implements OutboxStore.Publisher {
        private final List<CompletableFuture<@Nullable Void>> acknowledgements = new ArrayList<>();

        @Override
        public void send(OutboxStore.Unsent event) {
            var acknowledged = new CompletableFuture<@Nullable Void>();
            acknowledgements.add(acknowledged);
            completions.send(
                    Message.of(CompletionEvent.of(event.job(), event.epoch()))
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
        }

        @Override
        public void awaitAcknowledged() throws Exception {
            CompletableFuture.allOf(acknowledgements.toArray(CompletableFuture<?>[]::new))
                    .get(ACKNOWLEDGED_WITHIN.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static OutgoingKafkaRecordMetadata<String> metadata(OutboxStore.Unsent event) {
        return OutgoingKafkaRecordMetadata.<String>builder()
                .withKey(event.job().id().toString())
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
