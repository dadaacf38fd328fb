package dev.kiln.sandbox.docker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Kills a sandbox's processes without the engine: that takes tens of milliseconds and hangs for as
 * many seconds as a sandbox has processes above some thirty (see decision 54), and of a failed
 * start it can lose sight. A process belongs to a container when its cgroup's path holds the
 * container's id, 64 hexadecimal digits, whatever the layout of the cgroups.
 */
final class SandboxProcesses {
    private static final Pattern FULL_ID = Pattern.compile("[0-9a-f]{64}");

    private SandboxProcesses() {}

    /**
     * Sends SIGKILL to all processes of the container; returns how many there were that this worker
     * sees and may kill. Anything but a full id matches nothing.
     */
    static int kill(String containerId) throws IOException {
        if (!FULL_ID.matcher(containerId).matches()) {
            return 0;
        }
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return (int)
                    processes
                            .map(path -> path.getFileName().toString())
                            .filter(name -> name.chars().allMatch(Character::isDigit))
                            .map(Long::parseLong)
                            .filter(pid -> kill(pid, containerId))
                            .count();
        }
    }

    private static boolean kill(long pid, String containerId) {
        // The handle knows the start time and refuses a pid that came to mean another process.
        // Taken before the check.
        var handle = ProcessHandle.of(pid);
        if (handle.isEmpty() || !belongs(pid, containerId)) {
            return false;
        }
        thaw(pid, containerId);
        return handle.get().destroyForcibly();
    }

    /** With cgroups of version 1 what is frozen does not even die of SIGKILL. */
    private static void thaw(long pid, String containerId) {
        Cgroup.of(pid, containerId)
                .freeze()
                .filter(freeze -> Files.isWritable(freeze.file()))
                .ifPresent(SandboxProcesses::thaw);
    }

    private static void thaw(Cgroup.Freeze freeze) {
        try {
            Files.writeString(freeze.file(), freeze.thawed());
        } catch (IOException gone) {
            // It ended while we looked, or may not be written to: then nobody froze it.
        }
    }

    private static boolean belongs(long pid, String containerId) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "cgroup"))
                    .contains(containerId);
        } catch (IOException ended) {
            // It ended while we looked, so there is nothing to kill.
            return false;
        }
    }
}
