package dev.kiln.bench.host;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The kernel's accounts by process.
 *
 * @param root where they are mounted: {@code /proc}
 */
public record Proc(Path root) {

    private static final long MILLIS_PER_TICK = 10;
    private static final long KILO = 1024;

    // The columns of the first line of /proc/stat, after its name.
    private static final int IDLE = 3;
    private static final int IO_WAIT = 4;
    private static final int STEAL = 7;

    /** Of this host. */
    public static Proc ofThisHost() {
        return new Proc(Path.of("/proc"));
    }

    /**
     * Processor time that all processors together were at work since the host's start, as the
     * kernel's ticks sampled it; not what another guest of the same hardware took.
     */
    public Duration busy() {
        return Kernel.read(root.resolve("stat"))
                .flatMap(Proc::busy)
                .orElseThrow(
                        () -> new IllegalStateException("no processor time in " + root + "/stat"));
    }

    /** Reads the first line of {@code /proc/stat}; empty when it is not there. */
    static Optional<Duration> busy(String stat) {
        return stat.lines()
                .filter(line -> line.startsWith("cpu "))
                .findFirst()
                .map(line -> line.substring(4).strip().split("\\s+"))
                .filter(columns -> columns.length > STEAL)
                .map(
                        columns -> {
                            long ticks = 0;
                            // What guests of this host used (further columns) is in the first two.
                            for (int i = 0; i < STEAL; i++) {
                                boolean worked = i != IDLE && i != IO_WAIT;
                                ticks += worked ? Kernel.number(columns[i]).orElse(0L) : 0;
                            }
                            return Duration.ofMillis(ticks * MILLIS_PER_TICK);
                        });
    }

    /** One process; empty when there is none of this number any more. */
    public Optional<ProcessAccount> process(long pid) {
        return Kernel.read(root.resolve(pid + "/stat")).flatMap(ProcessAccount::parse);
    }

    /** All there are. */
    public List<ProcessAccount> processes() {
        return pids().stream().flatMap(pid -> process(pid).stream()).toList();
    }

    /** The numbers of all there are. */
    Set<Long> pids() {
        return numbered(root);
    }

    /** The threads of this process, each with its own name and its own time. */
    public List<ProcessAccount> threads(long pid) {
        Path tasks = root.resolve(pid + "/task");
        return numbered(tasks).stream()
                .flatMap(tid -> Kernel.read(tasks.resolve(tid + "/stat")).stream())
                .flatMap(stat -> ProcessAccount.parse(stat).stream())
                .toList();
    }

    private static Set<Long> numbered(Path folder) {
        var numbers = new HashSet<Long>();
        try (var entries = Files.newDirectoryStream(folder, "[0-9]*")) {
            entries.forEach(
                    each -> Kernel.number(each.getFileName().toString()).ifPresent(numbers::add));
        } catch (IOException | DirectoryIteratorException gone) {
            // A process that ends while it is looked at has no threads.
            return numbers;
        }
        return numbers;
    }

    /** The arguments of a process, its program first; none when it is gone. */
    public List<String> arguments(long pid) {
        return Kernel.read(root.resolve(pid + "/cmdline"))
                .map(line -> Arrays.asList(line.split("\0")))
                .orElse(List.of());
    }

    /** These processes with everything that descends from them. */
    static List<ProcessAccount> trees(List<ProcessAccount> all, Set<Long> roots) {
        var found = new HashSet<>(roots);
        int before;
        do {
            before = found.size();
            all.stream()
                    .filter(each -> found.contains(each.parent()))
                    .forEach(each -> found.add(each.pid()));
        } while (found.size() > before);
        return all.stream().filter(each -> found.contains(each.pid())).toList();
    }

    /** The memory of a process that is in use, in bytes. */
    public Optional<Long> resident(long pid) {
        return Kernel.read(root.resolve(pid + "/status"))
                .flatMap(text -> Kernel.field(text, "VmRSS:"))
                .map(kilobytes -> kilobytes * KILO);
    }

    /**
     * The same, with memory that processes share divided by their number, so that it can be added
     * up.
     */
    public Optional<Long> proportional(long pid) {
        return Kernel.read(root.resolve(pid + "/smaps_rollup"))
                .flatMap(text -> Kernel.field(text, "Pss:"))
                .map(kilobytes -> kilobytes * KILO);
    }

    /** The process that listens on this TCP port of the loopback address or of all addresses. */
    public Optional<Long> listener(int port) {
        var sockets = new ArrayList<String>();
        for (String table : List.of("net/tcp", "net/tcp6")) {
            Kernel.read(root.resolve(table))
                    .ifPresent(text -> sockets.addAll(ListeningSockets.inodes(text, port)));
        }
        return pids().stream().filter(pid -> holds(pid, sockets)).sorted().findFirst();
    }

    private boolean holds(long pid, List<String> inodes) {
        try (var open = Files.newDirectoryStream(root.resolve(pid + "/fd"))) {
            for (Path each : open) {
                String target = Files.readSymbolicLink(each).toString();
                if (inodes.stream().anyMatch(inode -> target.equals("socket:[" + inode + "]"))) {
                    return true;
                }
            }
        } catch (IOException | DirectoryIteratorException goneOrNotOurs) {
            return false;
        }
        return false;
    }
}
