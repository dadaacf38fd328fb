package dev.kiln.sandbox.docker;

import com.github.dockerjava.api.model.Container;
import dev.kiln.sandbox.SandboxFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * Removes what dead workers of this home directory left on the host, and what this one could not
 * remove at its time. Containers of other homes and of living processes are never touched.
 */
final class Orphans {
    private static final Logger LOG = Logger.getLogger(Orphans.class);
    private static final Pattern NAME = Pattern.compile("kiln-([0-9a-f]{12})-[0-9]+");

    private final Engine engine;
    private final Instance instance;
    private final Cells cells;
    private final Path home;
    private final Duration killTimeout;
    private final LongAdder removed = new LongAdder();
    private volatile int leaked;

    Orphans(Engine engine, Instance instance, Cells cells, Path home, Duration killTimeout) {
        this.engine = engine;
        this.instance = instance;
        this.cells = cells;
        this.home = home.toAbsolutePath();
        this.killTimeout = killTimeout;
    }

    /**
     * Sweeps once; returns how many containers were removed. One that the engine does not remove in
     * time is left, with nothing alive in it, to the next sweep.
     *
     * @throws SandboxFault with scope {@code HOST} when the engine does not even list containers,
     *     or the home directory cannot be read
     */
    int sweep() throws SandboxFault, InterruptedException {
        try {
            // Before the containers are listed: what dies after this is the next sweep's.
            var others = instance.others();
            int gone = 0;
            int left = 0;
            for (Container container :
                    engine.containers(Map.of(Cells.LABEL_HOME, home.toString()))) {
                switch (remove(container)) {
                    case HELD -> {}
                    case REMOVED -> gone++;
                    case LEFT -> left++;
                }
            }
            removed.add(gone);
            leaked = left;
            deleteInputs();
            for (String other : others) {
                if (!instance.alive(other)) {
                    instance.forget(other);
                }
            }
            return gone;
        } catch (IOException unreadable) {
            throw new SandboxFault(
                    SandboxFault.Scope.HOST,
                    "Cannot look through %s for what dead workers left (%s): let the worker read and write it."
                            .formatted(home, unreadable.getMessage()),
                    unreadable);
        }
    }

    /** How many containers the last sweep could not remove. */
    int leaked() {
        return leaked;
    }

    /** How many containers were removed so far. */
    long removed() {
        return removed.sum();
    }

    /** What became of a container in a sweep. */
    private enum Fate {
        HELD,
        REMOVED,
        LEFT
    }

    private Fate remove(Container container) throws IOException, InterruptedException {
        // The engine puts a slash before names.
        String name = container.getNames().length == 0 ? "" : container.getNames()[0].substring(1);
        if (!abandoned(name)) {
            return Fate.HELD;
        }
        int killed = SandboxProcesses.kill(container.getId());
        try {
            if (killed > 0) {
                engine.awaitEnd(container.getId(), killTimeout);
            }
            engine.remove(container.getId(), killTimeout);
        } catch (SandboxFault late) {
            // Nothing runs in it any more, so that it is no reason not to work: the next sweep
            // tries again.
            LOG.warnf("container=%s outcome=orphan-left: %s", name, late.getMessage());
            cells.leave();
            return Fate.LEFT;
        }
        LOG.infof("container=%s outcome=orphan-removed", name);
        return Fate.REMOVED;
    }

    private void deleteInputs() throws IOException {
        Path jobs = home.resolve("jobs");
        if (!Files.isDirectory(jobs)) {
            return;
        }
        try (var directories = Files.newDirectoryStream(jobs)) {
            for (Path directory : directories) {
                if (abandoned(directory.getFileName().toString())) {
                    new InputDir(directory).delete();
                }
            }
        }
    }

    /** Whether nobody who lives holds the cell of this name. */
    private boolean abandoned(String name) throws IOException {
        Matcher parts = NAME.matcher(name);
        if (!parts.matches()) {
            return false;
        }
        String owner = parts.group(1);
        return owner.equals(instance.id()) ? !cells.live(name) : !instance.alive(owner);
    }
}
