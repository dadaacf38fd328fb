package dev.kiln.sandbox.docker;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How this host runs programs. Every duration bounds a wait for the engine; none of them is the
 * program's own limit.
 */
@ConfigMapping(prefix = "kiln.sandbox")
public interface SandboxConfig {
    /** What isolates a program. */
    enum Isolation {
        /** gVisor, or refuse to run. */
        AUTO,
        /** gVisor, or refuse to run: the same as {@code auto}, said aloud. */
        GVISOR,
        /** Plain containers that share the host's kernel; only for programs one trusts. */
        RUNC
    }

    /** {@code auto}, {@code gvisor} or {@code runc}. */
    @WithDefault("auto")
    Isolation runtime();

    /** Names under which gVisor may be registered with the engine, the preferred first. */
    @WithDefault("kiln-gvisor,runsc")
    List<String> gvisorNames();

    /**
     * Where the runner lies ({@code runner/}) and the inputs of running jobs ({@code jobs/}); the
     * same path for the worker and the engine, since the engine mounts it.
     */
    @WithDefault("${KILN_HOME:/var/lib/kiln}")
    Path home();

    /**
     * {@code unix://} address of the engine; unset: {@code DOCKER_HOST} when it is one, else the
     * usual socket.
     */
    Optional<String> engine();

    /** The image of the start-up probe; trusted, never one that a job brings. */
    @WithDefault("kiln/python:latest")
    String probeImage();

    /** The longest wait for one call to the engine before it counts as hung. */
    @WithDefault("20s")
    Duration callTimeout();

    /**
     * The longest wait for the runner in a new container to speak, and later to start the program.
     */
    @WithDefault("30s")
    Duration startTimeout();

    /**
     * The longest wait for a killed sandbox to be gone before its processes are killed one by one.
     * Longer than the 10 s after which the engine itself turns to force.
     */
    @WithDefault("15s")
    Duration killTimeout();

    /** How often what workers of the same home left when they died is looked for. */
    @WithDefault("30s")
    Duration sweep();

    /** The most connections to the engine at once; more than twice the worker's slots. */
    @WithDefault("64")
    int connections();
}
