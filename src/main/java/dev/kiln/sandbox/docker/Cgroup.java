package dev.kiln.sandbox.docker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The accounts that the host's kernel keeps of one sandbox, in cgroup v1 or v2. They vanish with
 * the sandbox, so they are read while it lives; whatever cannot be read (gone, another namespace)
 * is unknown, never a failure.
 */
final class Cgroup {
    /**
     * What the kernel had counted at one moment; null where unknown.
     *
     * @param peakMemoryBytes highest charge so far
     * @param cpu time used by all of the sandbox, gVisor's own included
     * @param oomKills processes killed because the cgroup was out of memory
     * @param pidsRefused forks that the pids limit of the cgroup refused
     */
    record Sample(
            @Nullable Long peakMemoryBytes,
            @Nullable Duration cpu,
            @Nullable Long oomKills,
            @Nullable Long pidsRefused) {
        static final Sample UNKNOWN = new Sample(null, null, null, null);

        /** This sample, completed from an older one where it knows nothing; a peak never falls. */
        Sample orElse(Sample older) {
            return new Sample(
                    higher(peakMemoryBytes, older.peakMemoryBytes),
                    cpu != null ? cpu : older.cpu,
                    oomKills != null ? oomKills : older.oomKills,
                    pidsRefused != null ? pidsRefused : older.pidsRefused);
        }
    }

    /** Kernels before 5.19 have no peak in cgroup v2, so that it is the highest of all looks. */
    private static @Nullable Long higher(@Nullable Long one, @Nullable Long other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return Math.max(one, other);
    }

    private static final Path ROOT = Path.of("/sys/fs/cgroup");
    private static final long NANOS_PER_MICRO = 1000;

    /** A path that can be told in a line of words. */
    private static final Pattern PLAIN = Pattern.compile("[\\w./:@+=-]+");

    /** Directory by controller; v2 has one, under the empty name. */
    private final Map<String, Path> directories;

    private Cgroup(Map<String, Path> directories) {
        this.directories = directories;
    }

    /**
     * The cgroup of the container, found through its first process; empty where that is another
     * container's by now.
     */
    static Cgroup of(long pid, String containerId) {
        return readString(Path.of("/proc", Long.toString(pid), "cgroup"))
                .filter(text -> text.contains(containerId))
                .map(text -> in(text, ROOT))
                .orElse(new Cgroup(Map.of()));
    }

    /** That of a process with this {@code /proc/PID/cgroup}. */
    static Cgroup in(String text, Path root) {
        return new Cgroup(directories(text, root));
    }

    /**
     * That of another container, which the engine starts like this one: at the same place, under
     * its own id. Empty when there is none there, as when it has ended already.
     *
     * @param id of the container that this one is of
     */
    Optional<Cgroup> sibling(String id, String other) {
        var theirs = new LinkedHashMap<String, Path>();
        directories.forEach(
                (controller, path) ->
                        theirs.put(controller, Path.of(path.toString().replace(id, other))));
        // A hybrid host names the other version's place too, where there is nothing.
        Path accounts = theirs.get(theirs.containsKey("memory") ? "memory" : "");
        boolean there =
                accounts != null
                        && accounts.toString().contains(other)
                        && Files.isDirectory(accounts);
        return there ? Optional.of(new Cgroup(theirs)) : Optional.empty();
    }

    /**
     * By what the kernel stops all processes of the sandbox and lets them go on.
     *
     * @param file of the host's kernel, which the sandbox cannot see
     * @param frozen what written to it stops them; that takes effect soon
     * @param thawed what lets them go on
     */
    record Freeze(Path file, String frozen, String thawed) {}

    /** How this sandbox is frozen; empty where it is not known. */
    Optional<Freeze> freeze() {
        return Optional.ofNullable(directories.get("freezer"))
                .map(v1 -> new Freeze(v1.resolve("freezer.state"), "FROZEN", "THAWED"))
                .or(
                        () ->
                                directories.containsKey("memory")
                                        ? Optional.empty()
                                        : Optional.ofNullable(directories.get("")).map(Cgroup::v2))
                .filter(freeze -> PLAIN.matcher(freeze.file().toString()).matches());
    }

    private static Freeze v2(Path directory) {
        return new Freeze(directory.resolve("cgroup.freeze"), "1", "0");
    }

    /** Reads {@code /proc/PID/cgroup}: lines of {@code number:controllers:path}. */
    static Map<String, Path> directories(String text, Path root) {
        var found = new LinkedHashMap<String, Path>();
        for (String line : text.split("\n", -1)) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && parts[2].length() > 1) {
                for (String controller : parts[1].split(",", -1)) {
                    found.put(controller, locate(root.resolve(controller), parts[2].substring(1)));
                }
            }
        }
        return found;
    }

    /**
     * A worker that is in a container with a cgroup namespace of its own is told paths from its own
     * cgroup on: up with {@code ..}, and down again. What follows lies below the root, or, where
     * both containers have the same parent, below a directory there that the path does not name.
     */
    private static Path locate(Path root, String path) {
        Path relative = Path.of(path);
        int up = 0;
        while (up < relative.getNameCount() - 1 && relative.getName(up).toString().equals("..")) {
            up++;
        }
        Path down = relative.subpath(up, relative.getNameCount());
        if (up == 0 || Files.isDirectory(root.resolve(down))) {
            return root.resolve(down);
        }
        try (var parents = Files.list(root)) {
            return parents.map(parent -> parent.resolve(down))
                    .filter(Files::isDirectory)
                    .findFirst()
                    .orElse(root.resolve(down));
        } catch (IOException unreadable) {
            return root.resolve(down);
        }
    }

    /** Reads the accounts as they are now. */
    Sample sample() {
        return directories.containsKey("memory") ? sampleV1() : sampleV2();
    }

    private Sample sampleV1() {
        return new Sample(
                number("memory", "memory.max_usage_in_bytes").orElse(null),
                number("cpuacct", "cpuacct.usage").map(Duration::ofNanos).orElse(null),
                field("memory", "memory.oom_control", "oom_kill").orElse(null),
                field("pids", "pids.events", "max").orElse(null));
    }

    private Sample sampleV2() {
        return new Sample(
                number("", "memory.peak").or(() -> number("", "memory.current")).orElse(null),
                field("", "cpu.stat", "usage_usec")
                        .map(us -> Duration.ofNanos(us * NANOS_PER_MICRO))
                        .orElse(null),
                field("", "memory.events", "oom_kill").orElse(null),
                field("", "pids.events", "max").orElse(null));
    }

    private Optional<Long> number(String controller, String file) {
        return read(controller, file).flatMap(Cgroup::parse);
    }

    private Optional<Long> field(String controller, String file, String name) {
        return read(controller, file)
                .flatMap(
                        text ->
                                text.lines()
                                        .filter(line -> line.startsWith(name + " "))
                                        .findFirst()
                                        .flatMap(line -> parse(line.substring(name.length() + 1))));
    }

    private static Optional<Long> parse(String text) {
        String digits = text.strip();
        return digits.matches("[0-9]{1,18}")
                ? Optional.of(Long.parseLong(digits))
                : Optional.empty();
    }

    private Optional<String> read(String controller, String file) {
        Path directory = directories.get(controller);
        return directory == null ? Optional.empty() : readString(directory.resolve(file));
    }

    private static Optional<String> readString(Path file) {
        try {
            return Optional.of(Files.readString(file));
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        } catch (IOException unreadable) {
            // ENODEV or ESRCH when the cgroup goes while we read, EACCES for a worker with few
            // rights: unknown alike.
            return Optional.empty();
        }
    }
}
