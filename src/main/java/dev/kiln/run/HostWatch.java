package dev.kiln.run;

import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Loop;
import dev.kiln.lifecycle.Role;
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
    private @Nullable Loop loop;

    HostWatch(HostHealth health, Registration registration, WorkerConfig worker, KilnConfig kiln) {
        this.health = health;
        this.registration = registration;
        this.worker = worker;
        this.kiln = kiln;
    }

    void start(@Observes StartupEvent event) {
        if (kiln.roles().contains(Role.WORKER)) {
            loop = Loop.start("host-watch", () -> Thread.sleep(worker.probe()), this::look);
        }
    }

    private void look() {
        if (health.probe()) {
            registration.renew();
        }
    }

    void stop(@Observes ShutdownEvent event) {
        if (loop != null) {
            loop.close();
        }
    }
}
