package dev.kiln.bench.host;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The kernel's accounts by cgroup, of version 1 or 2.
 *
 * @param root where they are mounted: {@code /sys/fs/cgroup}
 */
public record Cgroups(Path root) {

    private static final long NANOS_PER_MICRO = 1000;

    /** Of this host. */
    public static Cgroups ofThisHost() {
        return new Cgroups(Path.of("/sys/fs/cgroup"));
    }

    private boolean version2() {
        return Files.exists(root.resolve("cgroup.controllers"));
    }

    /**
     * Processor time that this host's processes used since its start, exactly; empty under version
     * 2, which has only what {@link Proc#busy()} has.
     */
    public Optional<Duration> machine() {
        return version2() ? Optional.empty() : cpu("");
    }

    /** Processor time of a group and all that are or were below it. */
    public Optional<Duration> cpu(String group) {
        if (version2()) {
            return Kernel.read(root.resolve(group).resolve("cpu.stat"))
                    .flatMap(text -> Kernel.field(text, "usage_usec"))
                    .map(micros -> Duration.ofNanos(micros * NANOS_PER_MICRO));
        }
        return number("cpuacct", group, "cpuacct.usage").map(Duration::ofNanos);
    }

    /** What is charged to a group now, in bytes, file cache included. */
    public Optional<Long> memory(String group) {
        return version2()
                ? number("", group, "memory.current")
                : number("memory", group, "memory.usage_in_bytes");
    }

    /** The processes in a group, none where there is no such group. */
    public List<Long> processes(String group) {
        return Kernel.read(
                        root.resolve(version2() ? "" : "cpuacct")
                                .resolve(group)
                                .resolve("cgroup.procs"))
                .map(text -> text.lines().flatMap(line -> Kernel.number(line).stream()).toList())
                .orElse(List.of());
    }

    private Optional<Long> number(String controller, String group, String file) {
        return Kernel.read(root.resolve(controller).resolve(group).resolve(file))
                .flatMap(Kernel::number);
    }
}
