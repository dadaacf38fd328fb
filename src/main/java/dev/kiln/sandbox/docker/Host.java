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
 */
record Host(Instance instance, Cells cells, Orphans orphans) implements Closeable {
    /**
     * Takes a place in the home directory.
     *
     * @throws SandboxFault with scope {@code HOST} and the remedy when that cannot be written
     */
    static Host open(Engine engine, SandboxConfig config) throws SandboxFault {
        try {
            Instance instance = Instance.claim(config.home());
            var cells = new Cells(engine, instance, config.home(), config.killTimeout());
            var orphans = new Orphans(engine, instance, cells, config.home(), config.killTimeout());
            return new Host(instance, cells, orphans);
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
        instance.close();
    }
}
