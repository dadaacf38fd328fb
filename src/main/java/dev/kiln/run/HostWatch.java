package dev.kiln.run;

import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Loop;
import dev.kiln.lifecycle.Role;
import dev.kiln.store.Doorbells;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the host again and again, apart from the heartbeat, which an engine that hangs must not
 * delay. What has changed is told to the other processes at once.
 */
@ApplicationScoped
class HostWatch {
    private final HostHealth health;
    private final Registration registration;
    private final WorkerConfig worker;
    private final KilnConfig kiln;
    private final Doorbells doorbells;
    private boolean looked;
    private @Nullable Loop loop;

    HostWatch(
            HostHealth health,
            Registration registration,
            Doorbells doorbells,
            WorkerConfig worker,
            KilnConfig kiln) {
        this.health = health;
        this.registration = registration;
        this.doorbells = doorbells;
        this.worker = worker;
        this.kiln = kiln;
    }

    void start(@Observes StartupEvent event) {
        if (kiln.roles().contains(Role.WORKER)) {
            loop = Loop.start("host-watch", this::awaitTurn, this::look);
        }
    }

    /** The first look is due at once: until it is done the worker takes no job. */
    private void awaitTurn() throws InterruptedException {
        if (looked) {
            Thread.sleep(worker.probe());
        }
        looked = true;
    }

    private void look() {
        if (health.probe()) {
            registration.renew();
            doorbells.queued().ring();
        }
    }

    void stop(@Observes ShutdownEvent event) {
        if (loop != null) {
            loop.close();
        }
    }
}
