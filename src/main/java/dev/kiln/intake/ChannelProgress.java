package dev.kiln.intake;

import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Loop;
import dev.kiln.lifecycle.Role;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Tells liveness when the topic's channel has gone silent: its consumer polls and keeps its
 * partitions, but hands nothing on although there are records. Only a restart cures that. A channel
 * that was paused on purpose, a batch that waits for Postgres, and a broker that does not answer
 * are no such silence.
 *
 * <p>Where the consumer stands is asked of the consumer and not of its commits: behind the last
 * record of a transaction a commit lags for good.
 */
@Liveness
@ApplicationScoped
class ChannelProgress implements HealthCheck {
    private static final Logger LOG = Logger.getLogger(ChannelProgress.class);
    private static final Duration EVERY = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final KafkaClientService clients;
    private final TopicCheck topics;
    private final JobTopicListener listener;
    private final QueueGauge gauge;
    private final KilnConfig kiln;
    private final InstantSource clock;
    private final Duration stalledAfter;
    private Map<TopicPartition, Long> last = Map.of();
    private volatile Instant progress;
    private volatile double lag = Double.NaN;
    private @Nullable Admin client;
    private @Nullable Loop loop;

    ChannelProgress(
            KafkaClientService clients,
            TopicCheck topics,
            JobTopicListener listener,
            QueueGauge gauge,
            KilnConfig kiln,
            IntakeConfig config) {
        this.clients = clients;
        this.topics = topics;
        this.listener = listener;
        this.gauge = gauge;
        this.kiln = kiln;
        this.clock = InstantSource.system();
        this.stalledAfter = config.stalledAfter();
        this.progress = clock.instant();
    }

    void start(@Observes StartupEvent event) {
        if (kiln.roles().contains(Role.INTAKE)) {
            Admin admin = topics.client();
            client = admin;
            loop = Loop.start("channel-progress", () -> Thread.sleep(EVERY), () -> look(admin));
        }
    }

    private void look(Admin admin) {
        var now = positions();
        lag = lag(admin, now);
        if (gauge.full() || listener.busy() || !now.equals(last) || !(lag > 0)) {
            progress = clock.instant();
        } else if (stalled()) {
            LOG.warnf("intake=stalled, the channel stands at %s and takes nothing", now);
        }
        last = now;
    }

    /** Where the consumer stands; where it last stood when it does not even say that. */
    private Map<TopicPartition, Long> positions() {
        try {
            return clients.getConsumer(QueueGauge.CHANNEL).getPositions().await().atMost(PATIENCE);
        } catch (TimeoutException silent) {
            return last;
        }
    }

    /**
     * Records that were not taken yet; NaN when the broker does not say, not the channel's fault.
     */
    private static double lag(Admin admin, Map<TopicPartition, Long> positions) {
        try {
            var ends =
                    admin.listOffsets(
                                    positions.keySet().stream()
                                            .collect(
                                                    Collectors.toMap(
                                                            p -> p, _ -> OffsetSpec.latest())))
                            .all()
                            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return positions.entrySet().stream()
                    .mapToLong(p -> behind(p.getValue(), ends.get(p.getKey())))
                    .sum();
        } catch (KafkaException
                | ExecutionException
                | java.util.concurrent.TimeoutException unreachable) {
            return Double.NaN;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Double.NaN;
        }
    }

    private static long behind(
            long position, ListOffsetsResult.@Nullable ListOffsetsResultInfo end) {
        return end == null ? 0 : Math.max(0, end.offset() - position);
    }

    /** Records of the topics that this process is to take and has not, at the last look. */
    double lag() {
        return lag;
    }

    private boolean stalled() {
        return kiln.roles().contains(Role.INTAKE)
                && Duration.between(progress, clock.instant()).compareTo(stalledAfter) >= 0;
    }

    @Override
    public HealthCheckResponse call() {
        var response = HealthCheckResponse.named("intake");
        return stalled()
                ? response.down()
                        .withData(
                                "trouble",
                                "The channel of the topic has taken nothing for %d s although there are records: restart this process."
                                        .formatted(stalledAfter.toSeconds()))
                        .build()
                : response.up().build();
    }

    void stop(@Observes ShutdownEvent event) {
        if (loop != null) {
            loop.close();
        }
        if (client != null) {
            client.close(Duration.ZERO);
        }
    }
}
