package dev.kiln.bench.host;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Follows the shims, of which each container has one. A shim belongs to nobody: the host's first
 * process reaps it, with everything that it had reaped, so that nothing tells afterwards what it
 * was. So each is looked at while it lives. What a shim does after the last look remains unknown.
 */
public final class ShimWatch implements AutoCloseable {

    private static final String SHIM = "containerd-shim";
    private static final Duration INTERVAL = Duration.ofMillis(100);

    private final Proc proc;
    private final Cgroups cgroups;
    private final ContainerGroups groups;
    private final Set<Long> seen = new HashSet<>();
    private final Map<Long, Shim> living = new HashMap<>();
    private Totals ended = Totals.NONE;
    private volatile boolean closed;

    /**
     * Processor time since the watch began.
     *
     * @param shims of the shims themselves
     * @param commands of what they ran: runsc's create, start and so on, not the sandboxes
     */
    public record Totals(Duration shims, Duration commands) {
        static final Totals NONE = new Totals(Duration.ZERO, Duration.ZERO);

        Totals plus(Totals other) {
            return new Totals(shims.plus(other.shims), commands.plus(other.commands));
        }
    }

    /** One shim as it was first and last looked at. */
    private static final class Shim {
        private final String group;
        private final ProcessAccount first;
        private ProcessAccount last;
        private Duration commands;
        private boolean hadSandbox;
        private boolean sandboxGone;

        Shim(String group, ProcessAccount first) {
            this.group = group;
            this.first = first;
            this.last = first;
            this.commands = first.reaped();
        }

        /** Once it has reaped the sandbox, what it has reaped is no longer commands alone. */
        void look(ProcessAccount now, boolean sandbox) {
            last = now;
            sandboxGone |= hadSandbox && !sandbox;
            hadSandbox |= sandbox;
            if (!sandboxGone) {
                commands = now.reaped();
            }
        }

        Totals totals() {
            return new Totals(last.own().minus(first.own()), commands.minus(first.reaped()));
        }
    }

    private ShimWatch(Proc proc, Cgroups cgroups, ContainerGroups groups) {
        this.proc = proc;
        this.cgroups = cgroups;
        this.groups = groups;
    }

    /** Looks ten times a second until it is closed. */
    public static ShimWatch start(Proc proc, Cgroups cgroups, ContainerGroups groups) {
        var watch = new ShimWatch(proc, cgroups, groups);
        watch.look(true);
        Thread.ofPlatform().daemon().name("bench-shims").start(watch::watch);
        return watch;
    }

    /** One that looks only when it is told to. */
    static ShimWatch byHand(Proc proc, Cgroups cgroups, ContainerGroups groups) {
        var watch = new ShimWatch(proc, cgroups, groups);
        watch.look(true);
        return watch;
    }

    private void watch() {
        while (!closed) {
            LockSupport.parkNanos(INTERVAL.toNanos());
            look(false);
        }
    }

    /** What was used up to the last look. */
    public synchronized Totals totals() {
        return living.values().stream().map(Shim::totals).reduce(ended, Totals::plus);
    }

    void look() {
        look(false);
    }

    /**
     * @param old whether what is seen for the first time has been there before the watch began, so
     *     that its past is not counted
     */
    private synchronized void look(boolean old) {
        var pids = proc.pids();
        seen.retainAll(pids);
        pids.stream().filter(seen::add).forEach(pid -> meet(pid, old));
        for (var pid : List.copyOf(living.keySet())) {
            var shim = living.get(pid);
            var now = proc.process(pid).filter(each -> each.name().equals(SHIM));
            if (shim != null && now.isPresent()) {
                shim.look(now.get(), !cgroups.processes(shim.group).isEmpty());
            } else if (shim != null) {
                ended = ended.plus(shim.totals());
                living.remove(pid);
            }
        }
    }

    private void meet(long pid, boolean old) {
        var account = proc.process(pid).filter(each -> each.name().equals(SHIM));
        if (account.isEmpty()) {
            return;
        }
        var arguments = proc.arguments(pid);
        // These are commands that containerd itself waits for; "start" becomes a shim by fork and
        // exec, so that it is looked at again.
        if (arguments.contains("start") || arguments.contains("delete")) {
            seen.remove(pid);
            return;
        }
        int id = arguments.indexOf("-id");
        if (id < 0 || id + 1 >= arguments.size()) {
            return;
        }
        var now = account.get();
        var first =
                old
                        ? now
                        : new ProcessAccount(
                                pid, now.name(), now.parent(), Duration.ZERO, Duration.ZERO);
        living.put(pid, new Shim(groups.of(arguments.get(id + 1)), first));
    }

    @Override
    public void close() {
        closed = true;
    }
}
