package dev.kiln.bench.host;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads who has used how much processor time on this host.
 *
 * @param proc the accounts by process
 * @param cgroups those by cgroup
 * @param groups where those of containers are
 * @param shims follows the shims
 * @param kiln the processes of the Kiln that is measured
 * @param self the process of the benchmark
 */
public record Accountant(
        Proc proc,
        Cgroups cgroups,
        ContainerGroups groups,
        ShimWatch shims,
        KilnProcesses kiln,
        long self) {

    private static final Set<String> DAEMONS = Set.of("dockerd", "containerd");

    /**
     * The threads of the benchmark, where the broker runs in the same process: the beginnings of
     * their names. All others are the broker's, the JVM's own included.
     */
    private static final List<String> CLIENT_THREADS =
            List.of(
                    "main",
                    "bench-",
                    "HttpClient",
                    "ForkJoinPool",
                    "VirtualThread",
                    "kafka-producer",
                    "docker-java",
                    "httpclient");

    /** Up to now, since whenever each account began: to be subtracted from a later one. */
    public Usage now() {
        var all = proc.processes();
        var parts = new EnumMap<Part, Duration>(Part.class);
        groups.common().flatMap(cgroups::cpu).ifPresent(cpu -> parts.put(Part.SANDBOXES, cpu));
        var seen = shims.totals();
        parts.put(Part.RUNSC_COMMANDS, seen.commands());
        parts.put(Part.SHIMS, seen.shims());
        parts.put(Part.ENGINE, trees(all, each -> DAEMONS.contains(each.name())));
        parts.put(Part.SERVER, trees(all, each -> each.pid() == kiln.server()));
        parts.put(Part.POSTGRES, postgres(all));
        putBroker(parts);
        return new Usage(cgroups.machine().orElseGet(proc::busy), parts);
    }

    private static Duration trees(List<ProcessAccount> all, Predicate<ProcessAccount> root) {
        var roots = all.stream().filter(root).map(ProcessAccount::pid).collect(Collectors.toSet());
        return sum(Proc.trees(all, roots).stream());
    }

    private Duration postgres(List<ProcessAccount> all) {
        return sum(
                Proc.trees(all, Set.of(kiln.launcher())).stream()
                        .filter(each -> each.name().equals("postgres")));
    }

    private static Duration sum(Stream<ProcessAccount> accounts) {
        return accounts.map(ProcessAccount::all).reduce(Duration.ZERO, Duration::plus);
    }

    private void putBroker(EnumMap<Part, Duration> parts) {
        Duration launcher = own(kiln.launcher());
        Duration client =
                kiln.launcher() == self
                        ? proc.threads(self).stream()
                                .filter(Accountant::isClients)
                                .map(ProcessAccount::own)
                                .reduce(Duration.ZERO, Duration::plus)
                        : own(self);
        parts.put(Part.CLIENT, client);
        parts.put(Part.KAFKA, kiln.launcher() == self ? launcher.minus(client) : launcher);
    }

    private Duration own(long pid) {
        return proc.process(pid).map(ProcessAccount::own).orElse(Duration.ZERO);
    }

    static boolean isClients(ProcessAccount thread) {
        return CLIENT_THREADS.stream().anyMatch(thread.name()::startsWith);
    }
}
