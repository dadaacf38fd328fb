package dev.kiln.run;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** What this host gives to jobs. */
@ConfigMapping(prefix = "kiln.worker")
public interface WorkerConfig {
    /** How many jobs run at once; the number of processors unless set. Never exceeded. */
    Optional<Integer> slots();

    /**
     * How long running jobs may go on after a request to stop; what is not done by then is given
     * back.
     */
    @WithDefault("30s")
    Duration drainTimeout();

    /** How often a host that cannot run programs looks whether it can again. */
    @WithDefault("2s")
    Duration probe();

    /** The slots to use. */
    default int effectiveSlots() {
        int slots = slots().orElse(Runtime.getRuntime().availableProcessors());
        if (slots < 1) {
            throw new IllegalArgumentException("kiln.worker.slots must be >= 1: " + slots);
        }
        return slots;
    }
}
