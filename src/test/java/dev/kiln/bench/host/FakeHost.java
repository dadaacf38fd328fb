package dev.kiln.bench.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/** A folder that looks like {@code /proc} and {@code /sys/fs/cgroup}. */
final class FakeHost {

    private final Path root;

    FakeHost(Path root) {
        this.root = root;
        write("proc/stat", "cpu  0 0 0 0 0 0 0 0 0 0\n");
    }

    Proc proc() {
        return new Proc(root.resolve("proc"));
    }

    Cgroups cgroups() {
        return new Cgroups(root.resolve("cgroup"));
    }

    FakeHost write(String path, String text) {
        try {
            Path file = root.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A process with its times in hundredths of a second. */
    FakeHost process(long pid, String name, long parent, long own, long reaped) {
        return write("proc/%d/stat".formatted(pid), stat(pid, name, parent, own, reaped));
    }

    FakeHost thread(long pid, long tid, String name, long own) {
        return write("proc/%d/task/%d/stat".formatted(pid, tid), stat(tid, name, 1, own, 0));
    }

    FakeHost arguments(long pid, String... arguments) {
        return write("proc/%d/cmdline".formatted(pid), String.join("\0", arguments) + "\0");
    }

    FakeHost cpu(String group, long nanos) {
        return write("cgroup/cpuacct/" + group + "/cpuacct.usage", nanos + "\n");
    }

    FakeHost members(String group, String pids) {
        return write("cgroup/cpuacct/" + group + "/cgroup.procs", pids);
    }

    FakeHost link(String path, String target) {
        try {
            Path link = root.resolve(path);
            Files.createDirectories(link.getParent());
            Files.createSymbolicLink(link, Path.of(target));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    FakeHost end(long pid) {
        try (var files = Files.walk(root.resolve("proc/" + pid))) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Own and reaped time are split in two, as the kernel tells user and system time. */
    static String stat(long pid, String name, long parent, long own, long reaped) {
        return "%d (%s) S %d 1 1 0 -1 4194560 900 800 0 0 %d %d %d %d 20 0 1 0 12345 0 0\n"
                .formatted(
                        pid, name, parent, own - own / 3, own / 3, reaped - reaped / 3, reaped / 3);
    }
}
