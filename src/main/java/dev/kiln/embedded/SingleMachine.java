package dev.kiln.embedded;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A whole Kiln on this machine: broker and database in and under this process, and the server as a
 * process of its own. They are started by two calls, and stopped in the reverse order by {@link
 * #close()}, by Ctrl-C or by TERM. A process that dies without either (kill -9) takes them with it,
 * see {@link Leash}.
 */
public final class SingleMachine implements AutoCloseable {

    /**
     * For the JVM of a server that shares its machine with the jobs: a job costs a hundred times
     * what the server does for it, and thorough compilation takes its time from both. A tenth of
     * the calls make a method worth the quick compiler: a server that gets a job a second would
     * else interpret for hours. The heap begins small, and not with a sixty-fourth of the machine.
     */
    public static final List<String> SPARING =
            List.of(
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:CompileThresholdScaling=0.1",
                    "-Xms64m");

    private final Settings settings;
    private final Map<String, String> given;
    private final KilnHome home;
    private final Teardown teardown = new Teardown();
    private @Nullable BackingServers backing;
    private @Nullable ServerProcess server;

    /**
     * What differs between one Kiln and another.
     *
     * @param data where broker and database keep theirs; closed with the machine
     * @param httpPort where the server listens
     * @param kafkaPort where an embedded broker listens; 0 for any free port
     * @param log where the server's output goes; null for this process's own
     * @param options of the server's JVM
     */
    public record Settings(
            DataDirectory data,
            int httpPort,
            int kafkaPort,
            @Nullable Path log,
            List<String> options) {

        /** Copies the options. */
        public Settings {
            options = List.copyOf(options);
        }

        /** Without options. */
        public Settings(DataDirectory data, int httpPort, int kafkaPort, @Nullable Path log) {
            this(data, httpPort, kafkaPort, log, List.of());
        }
    }

    /**
     * Starts nothing yet.
     *
     * @param given the environment: servers that it names are used in place of embedded ones
     */
    public SingleMachine(Settings settings, Map<String, String> given) {
        this.settings = settings;
        this.given = Map.copyOf(given);
        this.home = KilnHome.of(given);
        teardown.start(settings::data);
        Runtime.getRuntime().addShutdownHook(new Thread(teardown::close, "stop-kiln"));
    }

    /**
     * One on free ports and temporary data, which uses no servers but its own.
     *
     * @param name of what it is for: its server's log is named after it
     */
    public static SingleMachine temporary(Map<String, String> given, String name) {
        return temporary(given, name, List.of());
    }

    /** As {@link #temporary(Map, String)}, with options for the server's JVM. */
    public static SingleMachine temporary(
            Map<String, String> given, String name, List<String> options) {
        var own = new HashMap<>(given);
        own.keySet().removeAll(List.of(BackingServers.BOOTSTRAP, BackingServers.URL));
        try {
            Path log =
                    Files.createDirectories(KilnHome.of(given).logs())
                            .resolve(name + "-server.log");
            return new SingleMachine(
                    new Settings(DataDirectory.temporary(), FreePort.pick(), 0, log, options), own);
        } catch (IOException e) {
            throw new ServerStartException("cannot write the server's log: " + e, e);
        }
    }

    /**
     * Starts the broker and the database, or whichever of them the environment does not name.
     *
     * @throws ServerStartException when that fails
     */
    public void startBacking() {
        try {
            BrokerLog.toFile(settings.data().log("kafka"));
        } catch (FileNotFoundException e) {
            throw new ServerStartException("cannot write the broker's log: " + e.getMessage(), e);
        }
        var kafka =
                new KafkaSettings(
                        settings.data().kafka(), settings.kafkaPort(), KafkaSettings.PARTITIONS);
        backing = teardown.start(() -> BackingServers.start(given, settings.data(), home, kafka));
    }

    /**
     * Starts the server and waits until it is ready.
     *
     * @throws ServerEndedException when it ends before it is ready
     * @throws ServerStartException when it cannot be started
     */
    public void startServer() throws InterruptedException {
        var known = started(backing).environment();
        server =
                teardown.start(
                        () ->
                                ServerProcess.start(
                                        ServerProcess.command(given, settings.options()),
                                        settings.httpPort(),
                                        known,
                                        settings.log()));
        server.awaitReady();
    }

    /** Where the server listens. */
    public URI url() {
        return started(server).url();
    }

    /** Where the broker listens, embedded or not. */
    public String bootstrapServers() {
        return Optional.ofNullable(started(backing).environment().get(BackingServers.BOOTSTRAP))
                .or(() -> Optional.ofNullable(given.get(BackingServers.BOOTSTRAP)))
                .orElseThrow();
    }

    /** Waits until the server ends, which is somebody else's doing, and gives its exit code. */
    public int awaitEnd() throws InterruptedException {
        return started(server).awaitEnd();
    }

    private static <T> T started(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("not started");
        }
        return part;
    }

    /** Stops the server, then broker and database, and gives the data folder back. */
    @Override
    public void close() {
        teardown.close();
    }
}
