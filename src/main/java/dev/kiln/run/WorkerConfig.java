package dev.kiln.run;

import com.sun.management.OperatingSystemMXBean;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Optional;

/** What this host gives to jobs. */
@ConfigMapping(prefix = "kiln.worker")
public interface WorkerConfig {
    /** The step in which memory is matched: with less, no job would ever fit. */
    long LEAST_BUDGET = 128L << 20;

    /** How many jobs run at once; the number of processors unless set. Never exceeded. */
    Optional<Integer> slots();

    /**
     * How much memory the limits of all running jobs may come to; three quarters of the host's
     * memory, or of the cgroup's limit for this process, unless set. A job with a higher limit is
     * left to other workers.
     */
    Optional<MemorySize> memoryBudget();

    /**
     * How long running jobs may go on after a request to stop; what is not done by then is given
     * back.
     */
    @WithDefault("30s")
    Duration drainTimeout();

    /** How often the worker looks whether its host can run programs, and which. */
    @WithDefault("2s")
    Duration probe();

    /**
     * For how long a job may wait in a worker whose slots are taken: so much work is claimed ahead,
     * measured by what the slots ended within the last so long. Of jobs that take longer none ever
     * is. 0 for never; at most 1 s.
     */
    @WithDefault("20ms")
    Duration claimAhead();

    /** {@link #claimAhead()}. */
    default Duration effectiveClaimAhead() {
        if (claimAhead().isNegative() || claimAhead().compareTo(Duration.ofSeconds(1)) > 0) {
            throw new IllegalArgumentException(
                    "kiln.worker.claim-ahead must be 0 to 1s: " + claimAhead());
        }
        return claimAhead();
    }

    /** The memory to use, in bytes. */
    default long effectiveMemoryBudget() {
        long budget =
                memoryBudget().map(MemorySize::asLongValue).orElseGet(() -> hostMemory() / 4 * 3);
        if (budget < LEAST_BUDGET) {
            throw new IllegalArgumentException(
                    "kiln.worker.memory-budget must be >= 128m: " + budget);
        }
        return budget;
    }

    private static long hostMemory() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                .getTotalMemorySize();
    }

    /** The slots to use. */
    default int effectiveSlots() {
        int slots = slots().orElse(Runtime.getRuntime().availableProcessors());
        if (slots < 1) {
            throw new IllegalArgumentException("kiln.worker.slots must be >= 1: " + slots);
        }
        return slots;
    }
}
