package dev.kiln.run;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;

/** How this worker stands: what keeps it from taking jobs, or some of them. */
@ApplicationScoped
class Standing {
    private final HostHealth health;
    private volatile boolean cordoned;
    private volatile boolean ending;

    Standing(HostHealth health) {
        this.health = health;
    }

    /** Why it takes no job at all; empty when it does. A cordon is no trouble. */
    Optional<String> trouble() {
        return ending
                ? Optional.of("is ending: it runs what it has and takes no more")
                : health.trouble();
    }

    /** The languages that it cannot run although others it can, each with the reason. */
    Map<String, String> lacking() {
        return health.lacking();
    }

    /** Whether an operator told it to take no more jobs, as of the last heartbeat. */
    boolean cordoned() {
        return cordoned;
    }

    void cordoned(boolean now) {
        cordoned = now;
    }

    /** It was told to stop. */
    void ending() {
        ending = true;
    }
}
