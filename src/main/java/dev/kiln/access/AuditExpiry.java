package dev.kiln.access;

import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Loop;
import dev.kiln.lifecycle.Role;
import dev.kiln.store.AuditStore;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Deletes what the audit has kept long enough. Several processes at it do nothing twice. */
@ApplicationScoped
class AuditExpiry {
    private static final Logger LOG = Logger.getLogger(AuditExpiry.class);
    private static final Duration EVERY = Duration.ofMinutes(10);
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final int MOST = 10_000;

    private final AuditStore audit;
    private final AccessConfig config;
    private final KilnConfig kiln;
    private boolean more;
    private @Nullable Loop loop;

    AuditExpiry(AuditStore audit, AccessConfig config, KilnConfig kiln) {
        this.audit = audit;
        this.config = config;
        this.kiln = kiln;
    }

    void start(@Observes StartupEvent event) {
        if (kiln.roles().contains(Role.API)) {
            loop = Loop.start("audit-expiry", this::rest, this::sweep);
        }
    }

    private void rest() throws InterruptedException {
        Thread.sleep(more ? PAUSE : EVERY);
    }

    /** A few at a time, so that each turn is short, however many there are. */
    private void sweep() {
        int gone = audit.forget(config.auditKept(), MOST);
        more = gone == MOST;
        if (gone > 0) {
            LOG.infof("audit=%d outcome=expired", gone);
        }
    }

    void stop(@Observes ShutdownEvent event) {
        if (loop != null) {
            loop.close();
        }
    }
}
