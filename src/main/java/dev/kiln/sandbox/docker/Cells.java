package dev.kiln.sandbox.docker;

import dev.kiln.job.Limits;
import dev.kiln.sandbox.SandboxFault;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Makes cells and does away with them. */
final class Cells {
    static final String LABEL_HOME = "dev.kiln.home";
    static final String LABEL_INSTANCE = "dev.kiln.instance";
    private static final Logger LOG = Logger.getLogger(Cells.class);

    /** A runner that nobody listens to any more needs some milliseconds, more on a busy host. */
    private static final Duration GOES_BY_ITSELF = Duration.ofSeconds(1);

    private final Engine engine;
    private final Instance instance;
    private final Path home;
    private final Duration killTimeout;
    private final Set<String> live = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean untidy = new AtomicBoolean();
    private final AtomicLong count = new AtomicLong();
    private volatile @Nullable Grouped lastGrouped;

    /** A container and where the kernel keeps its accounts. */
    private record Grouped(String id, Cgroup cgroup) {}

    Cells(Engine engine, Instance instance, Path home, Duration killTimeout) {
        this.engine = engine;
        this.instance = instance;
        this.home = home.toAbsolutePath();
        this.killTimeout = killTimeout;
    }

    /**
     * Makes a container and starts it; its runner may not have spoken yet. When that fails nothing
     * is left of it.
     *
     * @param network that it joins; null for none
     * @param labels besides our own
     */
    Cell open(
            Image image,
            ContainerRuntime runtime,
            @Nullable JobNetwork network,
            Limits limits,
            Map<String, String> labels)
            throws SandboxFault, InterruptedException {
        String name = name(instance.id()) + count.incrementAndGet();
        live.add(name);
        InputDir input = inputDir(name);
        var allLabels = new LinkedHashMap<>(labels);
        allLabels.put(LABEL_HOME, home.toString());
        allLabels.put(LABEL_INSTANCE, instance.id());
        var spec =
                new ContainerSpec(
                        name,
                        image,
                        runtime,
                        network,
                        limits,
                        home.resolve("runner"),
                        input,
                        allLabels);
        // Until the engine names it the name must do.
        String id = name;
        boolean opened = false;
        try {
            id = engine.create(spec);
            Cell cell = start(spec, id, input);
            opened = true;
            return cell;
        } finally {
            if (!opened) {
                dispose(name, id, input);
                // The engine may still finish what it did not answer in time, under that name.
                untidy.set(true);
            }
        }
    }

    /** What the names of all containers and input directories of a process begin with. */
    static String name(String instance) {
        return "kiln-" + instance + "-";
    }

    /** Whether the name belongs to a cell that somebody holds. */
    boolean live(String name) {
        return live.contains(name);
    }

    /** Whether something may have been left behind since this was last asked. */
    boolean untidy() {
        return untidy.getAndSet(false);
    }

    /** Something was left behind that a later sweep must look at. */
    void leave() {
        untidy.set(true);
    }

    private InputDir inputDir(String name) throws SandboxFault {
        try {
            return InputDir.create(home.resolve("jobs"), name);
        } catch (IOException failed) {
            live.remove(name);
            untidy.set(true);
            throw new SandboxFault(
                    SandboxFault.Scope.HOST,
                    "Cannot write below %s (%s): free its disk, or set KILN_HOME to a directory that the worker may write."
                            .formatted(home, failed.getMessage()),
                    failed);
        }
    }

    private Cell start(ContainerSpec spec, String id, InputDir input)
            throws SandboxFault, InterruptedException {
        var conversation = new Conversation();
        Attachment attachment = engine.attach(id, conversation);
        boolean started = false;
        try {
            engine.start(id);
            // Now, not when it is needed: later the engine may hang.
            Cgroup cgroup = cgroup(id);
            started = true;
            return new Cell(spec, id, input, attachment, conversation, cgroup);
        } finally {
            if (!started) {
                close(attachment);
            }
        }
    }

    /** Where the last one's was, else by its process, which the engine must be asked for. */
    private Cgroup cgroup(String id) throws SandboxFault, InterruptedException {
        Grouped last = lastGrouped;
        var beside = last == null ? null : last.cgroup().sibling(last.id(), id).orElse(null);
        var found = beside == null ? Cgroup.of(engine.state(id).pid(), id) : beside;
        lastGrouped = new Grouped(id, found);
        return found;
    }

    /**
     * Leaves nothing of the cell behind. Waits for that, within bounds, also on a thread that is
     * being interrupted.
     */
    void dispose(Cell cell) {
        close(cell.attachment());
        dispose(cell.spec().name(), cell.id(), cell.input());
    }

    /** Ends what runs in the cell: without the worker's end of its channel the runner goes. */
    void hangUp(Cell cell) {
        close(cell.attachment());
    }

    private void dispose(String name, String id, InputDir input) {
        boolean interrupted = Thread.interrupted();
        boolean gone = false;
        for (int attempt = 0; attempt < 2 && !gone; attempt++) {
            try {
                gone = remove(id);
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        boolean tidy = gone && delete(input);
        live.remove(name);
        // Only now that the name is nobody's: a sweep leaves alone what is held.
        if (!tidy) {
            untidy.set(true);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean remove(String id) throws InterruptedException {
        try {
            // Its runner was hung up on, and goes by itself.
            if (!engine.awaitEnd(id, GOES_BY_ITSELF) && killProcesses(id) > 0) {
                engine.awaitEnd(id, killTimeout);
            }
            engine.remove(id, killTimeout);
            return true;
        } catch (SandboxFault hung) {
            LOG.warnf("container=%s not removed, killing its processes: %s", id, hung.getMessage());
            killProcesses(id);
            return false;
        }
    }

    /**
     * Kills the cell's processes, through the engine where this worker may not; false when none was
     * alive any more.
     */
    boolean kill(Cell cell) throws InterruptedException, SandboxFault {
        if (killProcesses(cell.id()) > 0) {
            return true;
        }
        try {
            return engine.kill(cell.id(), killTimeout);
        } catch (SandboxFault late) {
            // Mostly over a crowd (decision 54), which a program can make at will: no fault of the
            // host. What was on its way out of the sandbox is lost.
            hangUp(cell);
            if (engine.awaitEnd(cell.id(), killTimeout)) {
                return true;
            }
            throw late;
        }
    }

    private static int killProcesses(String id) {
        try {
            return SandboxProcesses.kill(id);
        } catch (IOException unreadable) {
            LOG.warnf("container=%s /proc cannot be read: %s", id, unreadable.getMessage());
            return 0;
        }
    }

    private static boolean delete(InputDir input) {
        try {
            input.delete();
            return true;
        } catch (IOException failed) {
            LOG.warnf(
                    "dir=%s not deleted, will be tried again: %s",
                    input.path(), failed.getMessage());
            return false;
        }
    }

    private static void close(Attachment attachment) {
        try {
            attachment.close();
        } catch (IOException failed) {
            LOG.debugf("closing an attachment: %s", failed.getMessage());
        }
    }
}
