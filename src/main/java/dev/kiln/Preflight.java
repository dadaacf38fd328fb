package dev.kiln;

import dev.kiln.access.AccessCheck;
import dev.kiln.intake.TopicCheck;
import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Role;
import dev.kiln.objectstore.ObjectStoreCheck;
import dev.kiln.run.HostHealth;
import dev.kiln.run.WorkerConfig;
import dev.kiln.sandbox.scripted.ScriptedConfig;
import dev.kiln.store.Schema;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Looks for what this process cannot do without, before anything else starts: a missing server is
 * one sentence and a non-zero exit. Once started, the same trouble only turns readiness off.
 */
@ApplicationScoped
class Preflight {
    private final KilnConfig kiln;
    private final WorkerConfig worker;
    private final Schema schema;
    private final TopicCheck topics;
    private final HostHealth host;
    private final ScriptedConfig scripted;
    private final AccessCheck access;
    private final ObjectStoreCheck objects;
    private final InetSocketAddress address;

    Preflight(
            KilnConfig kiln,
            WorkerConfig worker,
            Schema schema,
            TopicCheck topics,
            HostHealth host,
            ScriptedConfig scripted,
            AccessCheck access,
            ObjectStoreCheck objects,
            @ConfigProperty(name = "quarkus.http.host") String httpHost,
            @ConfigProperty(name = "quarkus.http.port") int httpPort) {
        this.kiln = kiln;
        this.worker = worker;
        this.schema = schema;
        this.topics = topics;
        this.host = host;
        this.scripted = scripted;
        this.access = access;
        this.objects = objects;
        this.address = new InetSocketAddress(httpHost, httpPort);
    }

    /** Before the messaging connectors, which start at priority 1000. */
    void check(@Observes @Priority(100) StartupEvent event) {
        if (schema.isAllThereIsToDo()) {
            require(schema.prepare());
            throw new StartDone(schema.told());
        }
        worker.effectiveSlots(); // throws on a number that makes no sense
        worker.effectiveMemoryBudget(); // likewise
        require(scripted.refusal(address));
        require(access.refusal(address));
        require(checkPort());
        require(schema.prepare());
        require(access.nobodyComesIn());
        if (kiln.roles().contains(Role.WORKER) || kiln.roles().contains(Role.API)) {
            require(objects.refusal());
        }
        if (kiln.roles().contains(Role.INTAKE) || kiln.roles().contains(Role.RELAY)) {
            require(topics.check());
        }
        if (kiln.roles().contains(Role.WORKER)) {
            require(host.check());
        }
    }

    /**
     * Quarkus binds it last, when jobs may be running already. Tests listen on a port that is not
     * configured.
     */
    private Optional<String> checkPort() {
        if (LaunchMode.current() != LaunchMode.NORMAL || address.isUnresolved()) {
            return Optional.empty();
        }
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(address);
            return Optional.empty();
        } catch (IOException taken) {
            return Optional.of(StartFailure.portTaken(address.getHostString(), address.getPort()));
        }
    }

    private static void require(Optional<String> trouble) {
        trouble.ifPresent(
                sentence -> {
                    throw new StartRefused(sentence);
                });
    }
}
