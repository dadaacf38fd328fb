package dev.kiln.sandbox;

import java.time.Instant;
import java.util.List;

/**
 * What this host's sandbox has been seen to hold, by running trusted programs in it.
 *
 * @param probes one for each promise
 * @param facts what it was probed on
 * @param at when
 */
public record SecurityReport(List<Probe> probes, Facts facts, Instant at) {
    /** The probe that must have passed before a job gets a network; no other job needs it. */
    public static final String NETWORK = "network_guarded";

    /**
     * One promise.
     *
     * @param name such as {@code network_disabled}
     * @param passed whether it was seen to be kept; a probe that could not run has not passed
     * @param required whether no job may run here unless it is kept
     * @param detail what was seen, or why nothing was, with the remedy
     */
    public record Probe(String name, boolean passed, boolean required, String detail) {
        public Probe {
            if (name.isBlank() || detail.isBlank()) {
                throw new IllegalArgumentException("a probe needs a name and a detail: " + name);
            }
        }
    }

    /**
     * The host as probed; each is {@code unknown} where it could not be learnt.
     *
     * @param runtime the container runtime's name, as registered with the engine
     * @param runtimeVersion as the runtime prints it
     * @param platform gVisor's way of catching system calls
     * @param cgroupVersion of the host
     * @param engineVersion of the Docker Engine
     * @param kernel release of the host
     */
    public record Facts(
            String runtime,
            String runtimeVersion,
            String platform,
            String cgroupVersion,
            String engineVersion,
            String kernel) {}

    public SecurityReport {
        probes = List.copyOf(probes);
        if (probes.isEmpty()) {
            throw new IllegalArgumentException("a report without probes shows nothing");
        }
    }

    /** Whether there is a probe of this name, and it passed. */
    public boolean passed(String name) {
        return probes.stream().anyMatch(probe -> probe.name().equals(name) && probe.passed());
    }

    /** Whether all passed without which no job may run here. */
    public boolean sufficient() {
        return insufficient().isEmpty();
    }

    /** Those that did not pass and without which no job may run here. */
    public List<Probe> insufficient() {
        return probes.stream().filter(probe -> probe.required() && !probe.passed()).toList();
    }
}
