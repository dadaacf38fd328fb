package dev.kiln.sandbox.docker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/** Home directories of sandboxes for tests outside this package. */
public final class SandboxHomes {
    private SandboxHomes() {}

    /** The default configuration with a new home that holds the runner of this source tree. */
    public static SandboxConfig make() {
        return new SandboxHost.Settings(SandboxConfig.Isolation.AUTO, SandboxHost.makeHome());
    }

    /** Deletes a home. */
    public static void delete(Path home) {
        try (var paths = Files.walk(home)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
