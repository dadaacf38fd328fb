package dev.kiln.context;

import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Loop;
import dev.kiln.lifecycle.Role;
import dev.kiln.store.ContextStore;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Deletes contexts that nobody has used for long. Several processes at it do nothing twice. */
@ApplicationScoped
class ContextExpiry {
    private static final Logger LOG = Logger.getLogger(ContextExpiry.class);
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final int MOST = 100;

    /** A use is noted to the minute, see {@code ContextUses}. */
    private static final Duration UNCERTAINTY = Duration.ofMinutes(1);

    private final ContextStore store;
    private final ContextConfig config;
    private final KilnConfig kiln;
    private boolean more;
    private @Nullable Loop loop;

    ContextExpiry(ContextStore store, ContextConfig config, KilnConfig kiln) {
        this.store = store;
        this.config = config;
        this.kiln = kiln;
    }

    void start(@Observes StartupEvent event) {
        if (kiln.roles().contains(Role.API)) {
            loop = Loop.start("context-expiry", this::rest, this::sweep);
        }
    }

    private void rest() throws InterruptedException {
        Thread.sleep(more ? PAUSE : config.sweep());
    }

    /** A few at a time, so that each turn is short, however many there are. */
    private void sweep() {
        int gone = store.expire(config.ttl().plus(UNCERTAINTY), MOST);
        more = gone == MOST;
        if (gone > 0) {
            LOG.infof("contexts=%d outcome=expired", gone);
        }
    }

    void stop(@Observes ShutdownEvent event) {
        if (loop != null) {
            loop.close();
        }
    }
}
