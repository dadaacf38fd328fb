package dev.kiln.intake;

import dev.kiln.retention.RetentionConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Looks whether the broker answers and has the topics. */
@ApplicationScoped
public class TopicCheck {
    private static final Logger LOG = Logger.getLogger(TopicCheck.class);
    private static final int SECONDS = 6;
    private static final List<String> CHANNELS =
            List.of(
                    "mp.messaging.incoming.jobs",
                    "mp.messaging.outgoing.completions",
                    "mp.messaging.outgoing.rejected");

    /** What a secured broker needs: taken over from the connector's own properties. */
    private static final List<String> SECURITY =
            List.of(
                    "security.protocol",
                    "sasl.mechanism",
                    "sasl.jaas.config",
                    "ssl.truststore.type",
                    "ssl.truststore.location",
                    "ssl.truststore.password",
                    "ssl.keystore.type",
                    "ssl.keystore.location",
                    "ssl.keystore.password",
                    "ssl.key.password");

    private final String servers;
    private final Config config;
    private final TopicsConfig owners;

    private final RetentionConfig retention;

    TopicCheck(
            @ConfigProperty(name = "kafka.bootstrap.servers") String servers,
            Config config,
            TopicsConfig owners,
            RetentionConfig retention) {
        this.owners = owners;
        this.servers = servers;
        this.config = config;
        this.retention = retention;
    }

    /**
     * Returns one sentence with the remedy when the broker does not answer or lacks a topic, or
     * when one of the submissions would bring records again that could then run again.
     *
     * @throws IllegalArgumentException when the topics of tenants make no sense
     */
    public Optional<String> check() {
        owners.check();
        var unread = new TreeSet<>(owners.tenants().values());
        unread.removeAll(topics(CHANNELS.getFirst()));
        if (!unread.isEmpty()) {
            return Optional.of(
                    "Nothing would be taken from %s: name topics of tenants by kiln.intake.topics.tenants.TENANT in a file or with -D, not by an environment variable."
                            .formatted(String.join(", ", unread)));
        }
        try (Admin admin = client()) {
            var trouble = check(admin);
            return trouble.isPresent() ? trouble : checkMemory(admin);
        } catch (KafkaException e) {
            return Optional.of(unreachable(e));
        }
    }

    /** As {@link #check()}, by a client that the caller keeps. */
    Optional<String> check(Admin admin) {
        try {
            Set<String> missing = new TreeSet<>();
            for (String channel : CHANNELS) {
                missing.addAll(topics(channel));
            }
            missing.removeAll(admin.listTopics().names().get(SECONDS, TimeUnit.SECONDS));
            return missing.isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                            "Kafka at %s lacks the topics %s: create them (docs/ARCHITECTURE.md has their settings)."
                                    .formatted(servers, String.join(", ", missing)));
        } catch (KafkaException | ExecutionException | TimeoutException e) {
            return Optional.of(unreachable(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("Interrupted while asking Kafka at " + servers + ".");
        }
    }

    private Optional<String> checkMemory(Admin admin) {
        return topics(CHANNELS.getFirst()).stream()
                .flatMap(topic -> checkMemory(admin, topic).stream())
                .findFirst();
    }

    private Optional<String> checkMemory(Admin admin, String topic) {
        try {
            return switch (memory(admin, topic).against(retention.rememberIds())) {
                case TopicMemory.Verdict.Fine() -> Optional.empty();
                case TopicMemory.Verdict.Refusal(String sentence) -> Optional.of(sentence);
                case TopicMemory.Verdict.Warning(String sentence) -> {
                    LOG.warn(sentence);
                    yield Optional.empty();
                }
            };
        } catch (KafkaException | ExecutionException | TimeoutException e) {
            // Perhaps it may not be asked. Records have their times all the same.
            LOG.warnf(
                    "Kafka does not tell how long topic %s keeps records (%s): make sure that it is no longer than kiln.retention.remember-ids",
                    topic, words(e));
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("Interrupted while asking Kafka at " + servers + ".");
        }
    }

    private static TopicMemory memory(Admin admin, String topic)
            throws InterruptedException, ExecutionException, TimeoutException {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        var settings =
                Objects.requireNonNull(
                        admin.describeConfigs(List.of(resource))
                                .all()
                                .get(SECONDS, TimeUnit.SECONDS)
                                .get(resource));
        return TopicMemory.of(
                topic,
                settings.entries().stream()
                        .filter(entry -> entry.value() != null)
                        .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value)));
    }

    /** One, or also those of tenants besides it ({@link TenantTopics}). */
    private List<String> topics(String channel) {
        return config.getOptionalValues(channel + ".topics", String.class)
                .orElseGet(() -> List.of(config.getValue(channel + ".topic", String.class)));
    }

    /** A client with what the connector's own properties say of security. */
    Admin client() {
        return Admin.create(properties());
    }

    private String unreachable(Exception e) {
        return "Kafka cannot be reached at %s (%s): start it, or correct KAFKA_BOOTSTRAP_SERVERS."
                .formatted(servers, words(e));
    }

    private Map<String, Object> properties() {
        Map<String, Object> properties = new HashMap<>();
        properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, SECONDS * 1000);
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, SECONDS * 1000);
        for (String name : SECURITY) {
            config.getOptionalValue("kafka." + name, String.class)
                    .ifPresent(value -> properties.put(name, value));
        }
        return properties;
    }

    private static String words(Exception e) {
        Throwable root = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
        return root instanceof TimeoutException
                        || root instanceof org.apache.kafka.common.errors.TimeoutException
                        || root.getMessage() == null
                ? "no answer within " + SECONDS + " s"
                : root.getMessage();
    }
}
