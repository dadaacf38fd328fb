package dev.kiln.bench.host;

import java.util.Optional;

/**
 * Where the engine puts the cgroups of containers.
 *
 * @param systemd whether systemd makes them, and not the engine itself
 */
public record ContainerGroups(boolean systemd) {

    /** As the engine names its cgroup driver. */
    public static ContainerGroups by(String driver) {
        return new ContainerGroups(driver.equals("systemd"));
    }

    /** Of one container. */
    public String of(String containerId) {
        return systemd ? "system.slice/docker-" + containerId + ".scope" : "docker/" + containerId;
    }

    /** That in which all containers are, and nothing else; systemd has none. */
    public Optional<String> common() {
        return systemd ? Optional.empty() : Optional.of("docker");
    }
}
