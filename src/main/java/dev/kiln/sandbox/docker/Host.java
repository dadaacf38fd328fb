package dev.kiln.sandbox.docker;

import dev.kiln.sandbox.SandboxFault;
import java.io.Closeable;
import java.io.IOException;

/**
 * This worker's place on the host: its identity, its containers, its broom.
 *
 * @param instance tells this process from others on the host
 * @param cells makes and removes containers
 * @param orphans removes what others left
 * @param removals removes what is done with
 * @param pool has cells that wait for jobs
 * @param freezer stops those
 */
record Host(
        Instance instance,
        Cells cells,
        Orphans orphans,
        Removals removals,
        WarmPool pool,
        Freezer freezer)
        implements Closeable {
    /** Removals under way besides those of as many cells as wait. */
    private static final int REMOVALS = 4;

    /** Without cells that wait. */
    static Host open(Engine engine, SandboxConfig config) throws SandboxFault {
        return open(engine, config, PoolConfig.Settings.NONE);
    }

    /**
     * Takes a place in the home directory.
     *
     * @throws SandboxFault with scope {@code HOST} and the remedy when that cannot be written
     */
    static Host open(Engine engine, SandboxConfig config, PoolConfig.Settings pool)
            throws SandboxFault {
        try {
            Instance instance = Instance.claim(config.home());
            var cells = new Cells(engine, instance, config.home(), config.killTimeout());
            var orphans = new Orphans(engine, instance, cells, config.home(), config.killTimeout());
            var removals =
                    new Removals(
                            cells, pool.size() == 0 ? 0 : REMOVALS + pool.size(), pool.pause());
            var freezer = new Freezer(pool.freeze());
            var start = new WarmStart(cells, config.startTimeout());
            var warm = new WarmPool(pool, start, removals, freezer);
            return new Host(instance, cells, orphans, removals, warm, freezer);
        } catch (IOException unwritable) {
            throw new SandboxFault(
                    SandboxFault.Scope.HOST,
                    "Cannot write below %s (%s): free its disk, or set KILN_HOME to a directory that the worker may write."
                            .formatted(config.home(), unwritable.getMessage()),
                    unwritable);
        }
    }

    @Override
    public void close() throws IOException {
        pool.close();
        removals.close();
        freezer.close();
        instance.close();
    }
}
