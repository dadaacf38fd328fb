package dev.kiln.intake;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Looks whether the broker answers and has the topics. */
@ApplicationScoped
public class TopicCheck {
    private static final int SECONDS = 6;
    private static final List<String> CHANNELS =
            List.of(
                    "mp.messaging.incoming.jobs",
                    "mp.messaging.outgoing.completions",
                    "mp.messaging.outgoing.rejected");

    /** What a secured broker needs: taken over from the connector's own properties. */
    private static final List<String> SECURITY =
            List.of("security.protocol", "sasl.mechanism", "sasl.jaas.config");

    private final String servers;
    private final Config config;
    private final TopicsConfig owners;

    TopicCheck(
            @ConfigProperty(name = "kafka.bootstrap.servers") String servers,
            Config config,
            TopicsConfig owners) {
        this.owners = owners;
        this.servers = servers;
        this.config = config;
    }

    /**
     * Returns one sentence with the remedy when the broker does not answer or lacks a topic.
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
            return check(admin);
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
