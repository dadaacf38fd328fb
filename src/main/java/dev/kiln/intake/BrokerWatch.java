package dev.kiln.intake;

import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Loop;
import dev.kiln.lifecycle.Role;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Asks the broker every few seconds and tells readiness when it does not answer. The messaging
 * clients wait and try again by themselves, without a word; and their own health checks count every
 * failed record as the death of the process, which a restart would not cure.
 */
@Readiness
@ApplicationScoped
class BrokerWatch implements HealthCheck {
    private static final Logger LOG = Logger.getLogger(BrokerWatch.class);
    private static final Duration EVERY = Duration.ofSeconds(2);

    private final TopicCheck topics;
    private final KilnConfig kiln;
    private volatile Optional<String> trouble = Optional.empty();
    private @Nullable Admin client;
    private @Nullable Loop loop;

    BrokerWatch(TopicCheck topics, KilnConfig kiln) {
        this.topics = topics;
        this.kiln = kiln;
    }

    void start(@Observes StartupEvent event) {
        if (needed()) {
            Admin admin = topics.client();
            client = admin;
            loop = Loop.start("broker-watch", () -> Thread.sleep(EVERY), () -> look(admin));
        }
    }

    private boolean needed() {
        return kiln.roles().contains(Role.INTAKE) || kiln.roles().contains(Role.RELAY);
    }

    private void look(Admin admin) {
        Optional<String> found = topics.check(admin);
        if (found.isPresent() && trouble.isEmpty()) {
            LOG.warnf("kafka=unavailable, jobs run on and their events wait: %s", found.get());
        } else if (found.isEmpty() && trouble.isPresent()) {
            LOG.info("kafka=back");
        }
        trouble = found;
    }

    @Override
    public HealthCheckResponse call() {
        var response = HealthCheckResponse.named("kafka");
        if (!needed()) {
            return response.up().withData("role", "no intake, no relay").build();
        }
        return trouble.map(why -> response.down().withData("trouble", why).build())
                .orElseGet(() -> response.up().build());
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
