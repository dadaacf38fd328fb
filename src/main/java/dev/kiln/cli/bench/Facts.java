package dev.kiln.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.cli.client.Json;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What must be known to compare a measurement with another one.
 *
 * @param commit of the build; {@code unknown} where nobody says
 * @param at when it was measured
 * @param cpus processors of the host
 * @param kernel of the host
 * @param engine version of the Docker Engine
 * @param runtime what isolates programs, with its version
 * @param background how many processors were at work before the benchmark began: 0 on a quiet host
 * @param idle how many were at work while Kiln was there and had nothing to do
 */
record Facts(
        String commit,
        Instant at,
        int cpus,
        String kernel,
        String engine,
        String runtime,
        Idle background,
        Idle idle) {

    /** Above this share of the processors other work falsifies what is measured. */
    private static final double QUIET = 0.05;

    /**
     * Of this process's host.
     *
     * @param env says which commit was built, in {@code KILN_COMMIT}
     */
    static Facts ofThisHost(
            Map<String, String> env, String engine, String runtime, Idle background, Idle idle) {
        return new Facts(
                commit(env.get("KILN_COMMIT")),
                Instant.now(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.version"),
                engine,
                runtime,
                background,
                idle);
    }

    private static String commit(@Nullable String given) {
        return given == null || given.isBlank() ? "unknown" : given.strip();
    }

    boolean quiet() {
        return background.cpus() <= QUIET * cpus;
    }

    /** For people. */
    String inWords() {
        return String.format(
                Locale.ROOT,
                "host: %d cpus, Linux %s, Docker Engine %s, %s; commit %s%ncpus at work: %.2f before, %.2f with an idle Kiln%s%n",
                cpus,
                kernel,
                engine,
                runtime,
                commit,
                background.cpus(),
                idle.cpus(),
                quiet() ? "" : ", so that these figures are worth little: measure on a quiet host");
    }

    /** For scripts. */
    ObjectNode json() {
        return Json.object()
                .put("cpus", cpus)
                .put("kernel", kernel)
                .put("engine", engine)
                .put("runtime", runtime)
                .put("background_cpus", Figures.round(background.cpus(), 3))
                .put("idle_kiln_cpus", Figures.round(idle.cpus(), 3))
                .put("quiet", quiet());
    }
}
