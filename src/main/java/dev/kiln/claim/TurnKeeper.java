package dev.kiln.claim;

import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Loop;
import dev.kiln.lifecycle.Role;
import dev.kiln.store.TurnStore;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.jspecify.annotations.Nullable;

/**
 * Brings jobs into the line when their time has come, or when their tenant may run more. Every
 * process with a database may run one.
 */
@ApplicationScoped
public class TurnKeeper {
    private final TurnStore store;
    private final ClaimConfig config;
    private final KilnConfig kiln;
    private @Nullable Loop loop;

    TurnKeeper(TurnStore store, ClaimConfig config, KilnConfig kiln) {
        this.store = store;
        this.config = config;
        this.kiln = kiln;
    }

    void start(@Observes StartupEvent event) {
        if (kiln.roles().contains(Role.WORKER) || kiln.roles().contains(Role.API)) {
            loop = Loop.start("turns", () -> Thread.sleep(config.turns()), store::bringIn);
        }
    }

    void stop(@Observes ShutdownEvent event) {
        if (loop != null) {
            loop.close();
        }
    }
}
