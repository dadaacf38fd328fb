package dev.kiln.chaos;

import dev.kiln.embedded.FreePort;
import dev.kiln.embedded.ServerEndedException;
import dev.kiln.embedded.ServerProcess;
import dev.kiln.embedded.ServerStartException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One Kiln process of the cluster, which is started again like a supervisor would after each end.
 * Its address is the same in all its lives.
 */
final class Node implements AutoCloseable {
    /** Much: a start has probes in sandboxes, and the machine is being harmed. */
    private static final Duration READY_LIMIT = Duration.ofMinutes(6);

    private static final Duration RESTART_PAUSE = Duration.ofSeconds(1);
    private static final Pattern WORKER = Pattern.compile("worker=(\\S+) slots=");

    private final String name;
    private final Map<String, String> environment;
    private final Map<String, String> settings;
    private final Path logs;
    private final int port = FreePort.pick();

    /** Held by whoever ends, stops or starts the process. */
    private final ReentrantLock handling = new ReentrantLock();

    private volatile @Nullable ServerProcess process;
    private volatile boolean closed;
    private int life;

    /**
     * Starts nothing yet.
     *
     * @param environment as {@link ServerProcess#command} needs it
     * @param settings Kiln's, by property
     * @param logs a folder for what its lives print
     */
    Node(String name, Map<String, String> environment, Map<String, String> settings, Path logs) {
        this.name = name;
        this.environment = environment;
        this.settings = settings;
        this.logs = logs;
    }

    String name() {
        return name;
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** To be held around a process's end and its next start. */
    ReentrantLock handling() {
        return handling;
    }

    /**
     * Starts it for the first time and waits until it is ready.
     *
     * @throws ServerEndedException with its own sentence when the start is refused: nothing has
     *     been harmed yet, so that waiting would cure nothing
     */
    void startFirst() throws InterruptedException {
        start(false);
    }

    /** Starts it and waits until it is ready; a start that is refused is tried again. */
    void start() throws InterruptedException {
        start(true);
    }

    private void start(boolean again) throws InterruptedException {
        var giveUp = Instant.now().plus(READY_LIMIT);
        String last = "";
        while (!closed && Instant.now().isBefore(giveUp)) {
            ServerProcess current = process;
            if (current == null || !current.isAlive()) {
                current = launch();
            }
            try {
                current.awaitReady();
                return;
            } catch (ServerEndedException refused) {
                if (!again) {
                    throw refused;
                }
                last = String.valueOf(refused.getMessage());
            } catch (ServerStartException late) {
                last = String.valueOf(late.getMessage());
            }
            Thread.sleep(RESTART_PAUSE);
        }
        if (!closed) {
            throw new ServerStartException(
                    "%s was not ready within %d min: %s"
                            .formatted(name, READY_LIMIT.toMinutes(), last));
        }
    }

    private synchronized ServerProcess launch() {
        if (closed) {
            throw new ServerStartException("stopped while starting");
        }
        life++;
        var options = new ArrayList<>(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        options.add("-Xmx256m");
        settings.forEach((property, value) -> options.add("-D" + property + "=" + value));
        var started =
                ServerProcess.start(
                        ServerProcess.command(environment, options), port, Map.of(), log());
        process = started;
        return started;
    }

    private Path log() {
        return logs.resolve("%s-%d.log".formatted(name.replace(' ', '-'), life));
    }

    /** As the worker of this life is called in leases; empty before it has said so. */
    Optional<String> workerId() {
        try {
            return Files.readAllLines(log()).stream()
                    .map(WORKER::matcher)
                    .filter(matcher -> matcher.find())
                    .map(matcher -> matcher.group(1))
                    .reduce((_, last) -> last);
        } catch (IOException notThereYet) {
            return Optional.empty();
        }
    }

    boolean isAlive() {
        ServerProcess current = process;
        return current != null && current.isAlive();
    }

    /** As {@code kill -9} does it. */
    void kill() throws InterruptedException {
        ServerProcess current = process;
        if (current != null) {
            current.kill();
        }
    }

    /**
     * Asks it to end and waits for that; false when it had to be killed, or said that it failed.
     */
    boolean drain() throws InterruptedException {
        ServerProcess current = process;
        return current == null || (current.stop() && current.awaitEnd() == 0);
    }

    /** Sends it a signal by name: {@code STOP}, {@code CONT}. */
    void signal(String signal) throws InterruptedException {
        ServerProcess current = process;
        if (current == null) {
            return;
        }
        try {
            new ProcessBuilder("kill", "-" + signal, String.valueOf(current.pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        ServerProcess current = process;
        if (current != null) {
            current.close();
        }
    }
}
