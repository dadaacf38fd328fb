package dev.kiln;

import dev.kiln.intake.TopicCheck;
import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Role;
import dev.kiln.run.HostHealth;
import dev.kiln.store.Schema;
import io.quarkus.runtime.PreventFurtherStepsException;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;

/**
 * Looks for what this process cannot do without, before anything else starts: a missing server is
 * one sentence and a non-zero exit. Once started, the same trouble only turns readiness off.
 */
@ApplicationScoped
class Preflight {
    private static final int EXIT_CODE = 2;

    private final KilnConfig kiln;
    private final Schema schema;
    private final TopicCheck topics;
    private final HostHealth host;

    Preflight(KilnConfig kiln, Schema schema, TopicCheck topics, HostHealth host) {
        this.kiln = kiln;
        this.schema = schema;
        this.topics = topics;
        this.host = host;
    }

    /** Before the messaging connectors, which start at priority 1000. */
    void check(@Observes @Priority(100) StartupEvent event) {
        require(schema.migrate());
        if (kiln.roles().contains(Role.INTAKE) || kiln.roles().contains(Role.RELAY)) {
            require(topics.check());
        }
        if (kiln.roles().contains(Role.WORKER)) {
            require(host.check());
        }
    }

    private static void require(Optional<String> trouble) {
        trouble.ifPresent(
                sentence -> {
                    throw new PreventFurtherStepsException("kiln: " + sentence, EXIT_CODE);
                });
    }
}
