package dev.kiln.sandbox.docker;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Stops the processes of sandboxes in which nothing is to happen yet, so that they take no
 * processor time: by the kernel's freezer (Linux, {@code freezer-subsystem.rst} and {@code
 * cgroup-v2.rst}), which takes a worker that may write to the host's cgroups. Elsewhere they wait
 * as they are.
 *
 * <p>What is frozen can neither end by itself nor be removed by the engine, so that it must be
 * thawed first, also when this process is killed: a {@link Thawer} sees to that.
 */
final class Freezer implements Closeable {
    /** After so many the helper is told again which ones are left, since it only ever learns. */
    private static final int TOLD_AGAIN = 10_000;

    private static final Logger LOG = Logger.getLogger(Freezer.class);

    private final Map<String, Cgroup.Freeze> frozen = new HashMap<>();
    private boolean able;
    private int told;
    private @Nullable Thawer thawer;

    /**
     * @param wanted whether to freeze at all
     */
    Freezer(boolean wanted) {
        this.able = wanted;
    }

    /** Freezes it if that can be done; it must be thawed before anything is asked of it. */
    synchronized void freeze(Cell cell) {
        // A group of its own, by the container's name: freezing takes all that is in it.
        var freeze = cell.cgroup().freeze().filter(f -> f.file().toString().contains(cell.id()));
        if (!able || freeze.isEmpty()) {
            return;
        }
        try {
            // First told, then done: whenever this process dies, somebody knows.
            tell(freeze.get());
        } catch (IOException noHelper) {
            LOG.debugf("container=%s waits without being frozen: %s", cell.id(), noHelper);
            return;
        }
        frozen.put(cell.id(), freeze.get());
        try {
            Files.writeString(freeze.get().file(), freeze.get().frozen());
        } catch (IOException refused) {
            thaw(cell);
            if (Files.exists(freeze.get().file())) {
                able = false;
                LOG.infof(
                        "containers that wait are not frozen and take some processor time: %s",
                        refused);
            }
        }
    }

    /** Lets it go on; without effect on one that is not frozen. */
    synchronized void thaw(Cell cell) {
        var freeze = frozen.remove(cell.id());
        if (freeze == null) {
            return;
        }
        try {
            Files.writeString(freeze.file(), freeze.thawed());
        } catch (IOException gone) {
            // Of what is gone nothing is frozen; whoever takes it sees that it is dead.
            LOG.debugf("container=%s not thawed: %s", cell.id(), gone.getMessage());
        }
    }

    /** How many are frozen. */
    synchronized int count() {
        return frozen.size();
    }

    private void tell(Cgroup.Freeze freeze) throws IOException {
        if (thawer == null || !thawer.alive() || told >= TOLD_AGAIN) {
            var next = Thawer.start();
            for (var each : frozen.values()) {
                next.add(each);
            }
            if (thawer != null) {
                thawer.dismiss();
            }
            thawer = next;
            told = 0;
        }
        thawer.add(freeze);
        told++;
    }

    @Override
    public synchronized void close() {
        able = false;
        if (thawer != null) {
            // Its end of file thaws whatever is left.
            thawer.close();
        }
    }
}
