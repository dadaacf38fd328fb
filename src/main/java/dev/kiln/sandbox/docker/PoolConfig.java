package dev.kiln.sandbox.docker;

import dev.kiln.job.Limits;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** How many containers are started before there are jobs for them, and which. */
@ConfigMapping(prefix = "kiln.pool")
public interface PoolConfig {
    /**
     * How many containers wait for jobs; as many as jobs run at once unless set. 0: each is made
     * when its job is there, and removed before the job counts as done.
     */
    @WithDefault("${kiln.worker.slots:}")
    Optional<Integer> size();

    /** The languages that containers wait for before any job was seen. */
    @WithDefault("python")
    Set<String> languages();

    /** The memory limit of those containers, in bytes; best the limit that most jobs have. */
    @WithDefault("${kiln.policy.memory.default:512m}")
    MemorySize memory();

    /** Their processors. */
    @WithDefault("${kiln.policy.cpus.default:1.0}")
    double cpus();

    /** Their processes. */
    @WithDefault("${kiln.policy.pids.default:50}")
    int pids();

    /** The size of their /tmp, in bytes. */
    @WithDefault("${kiln.policy.disk.default:64m}")
    MemorySize disk();

    /** How long a container waits for a job before another takes its place. */
    @WithDefault("10m")
    Duration maxAge();

    /**
     * How long after a job's start it takes until the next container is started in its place, when
     * no job waits for one: that the start takes no processor time from a short job. Likewise how
     * long after a job's verdict its own container is removed; at once when the job had waited
     * longer than that for it.
     */
    @WithDefault("50ms")
    Duration pause();

    /**
     * Whether those that wait are frozen by the host's kernel, which saves a few per cent of a
     * processor each; without effect where the worker may not write to the host's cgroups.
     */
    @WithDefault("true")
    boolean freeze();

    /**
     * How many containers are started at once; one more than the host has processors unless set.
     */
    Optional<Integer> starts();

    /** The limits of the containers that wait before any job was seen. */
    default Limits limits() {
        return Shape.ofContainer(
                new Limits(
                        Duration.ofSeconds(1),
                        memory().asLongValue(),
                        cpus(),
                        pids(),
                        0,
                        disk().asLongValue()));
    }

    /** What applies. */
    default Settings settings() {
        int processors = Runtime.getRuntime().availableProcessors();
        return new Settings(
                size().orElse(processors),
                starts().orElse(processors + 1),
                maxAge(),
                pause(),
                freeze());
    }

    /**
     * The numbers.
     *
     * @param size 0 or more
     * @param starts at least 1
     * @param maxAge greater than zero
     * @param pause zero or more
     * @param freeze whether those that wait are frozen
     */
    record Settings(int size, int starts, Duration maxAge, Duration pause, boolean freeze) {
        /** Nothing waits. */
        static final Settings NONE =
                new Settings(0, 1, Duration.ofMinutes(1), Duration.ZERO, false);

        public Settings {
            if (size < 0) {
                throw new IllegalArgumentException("kiln.pool.size must be >= 0: " + size);
            }
            if (starts < 1) {
                throw new IllegalArgumentException("kiln.pool.starts must be >= 1: " + starts);
            }
            if (!maxAge.isPositive()) {
                throw new IllegalArgumentException("kiln.pool.max-age must be > 0: " + maxAge);
            }
            if (pause.isNegative()) {
                throw new IllegalArgumentException("kiln.pool.pause must be >= 0: " + pause);
            }
        }
    }
}
