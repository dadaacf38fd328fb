package dev.kiln.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The main process of a PostgreSQL server, as seen from outside. */
record Postmaster(ProcessHandle process) {

    private static final Duration FAST_SHUTDOWN = Duration.ofSeconds(20);

    /**
     * Makes way for a new server on this cluster. Whoever asks holds the lock of the data folder,
     * so a server that still runs on it was left behind by a Kiln that died, and is stopped; and a
     * process that merely has the number that the pid file names is none of ours: only the file
     * goes.
     */
    static void clear(Path cluster) {
        Path pidFile = cluster.resolve("postmaster.pid");
        try {
            var running = pid(pidFile).flatMap(ProcessHandle::of);
            if (running.isEmpty()) {
                return; // PostgreSQL itself replaces a file that names nobody.
            }
            if (serves(running.get(), cluster)) {
                new Postmaster(running.get()).stop();
            }
            Files.deleteIfExists(pidFile);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + pidFile, e);
        }
    }

    private static Optional<Long> pid(Path pidFile) throws IOException {
        if (!Files.exists(pidFile)) {
            return Optional.empty();
        }
        return Files.readAllLines(pidFile).stream()
                .findFirst()
                .map(String::strip)
                .filter(line -> line.matches("\\d{1,18}"))
                .map(Long::valueOf);
    }

    private static boolean serves(ProcessHandle process, Path cluster) {
        return process.info()
                .arguments()
                .filter(arguments -> Arrays.asList(arguments).contains(cluster.toString()))
                .isPresent();
    }

    /**
     * Disconnects all clients, writes what must be kept, and ends; killed if that takes too long.
     */
    void stop() {
        if (!Leash.works("/bin/sh", "-c", "kill -INT " + process.pid())) {
            process.destroy();
        }
        if (!hasEndedWithin(FAST_SHUTDOWN)) {
            process.destroyForcibly();
            hasEndedWithin(FAST_SHUTDOWN);
        }
    }

    private boolean hasEndedWithin(Duration limit) {
        CompletableFuture<ProcessHandle> end = process.onExit();
        try {
            end.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException stillThere) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
