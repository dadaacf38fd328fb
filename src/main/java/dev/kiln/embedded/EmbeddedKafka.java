package dev.kiln.embedded;

import java.io.OutputStream;
import java.io.PrintStream;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.concurrent.ExecutionException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A Kafka broker, with its controller, in this JVM. It listens on 127.0.0.1 without a password:
 * whoever may open a connection on this machine may use it, which is what single-machine mode is
 * for.
 */
public final class EmbeddedKafka implements AutoCloseable {

    private static final int TRIES = 3;

    private final KafkaRaftServer server;
    private final String bootstrapServers;

    private EmbeddedKafka(KafkaRaftServer server, String bootstrapServers) {
        this.server = server;
        this.bootstrapServers = bootstrapServers;
    }

    /**
     * Formats the folder where it is new, starts the broker, and creates Kiln's topics where they
     * are missing.
     *
     * @throws ServerStartException when it cannot be started
     */
    public static EmbeddedKafka start(KafkaSettings settings) throws InterruptedException {
        for (int left = TRIES; ; left--) {
            int port = settings.port() == 0 ? FreePort.pick() : settings.port();
            try {
                return startOn(settings.withPort(port));
            } catch (Exception e) {
                // A free port can be taken by somebody else between the look and the bind: the only
                // failure worth a retry.
                if (left <= 1 || settings.port() != 0 || !isBindFailure(e)) {
                    throw failure(settings.withPort(port), e);
                }
            }
        }
    }

    private static EmbeddedKafka startOn(KafkaSettings settings) throws Exception {
        format(settings);
        var server =
                new KafkaRaftServer(
                        KafkaConfig.fromProps(settings.broker(FreePort.pick()), false),
                        Time.SYSTEM);
        String bootstrap = "127.0.0.1:" + settings.port();
        try {
            server.startup();
            KafkaTopics.create(bootstrap, settings.partitions());
        } catch (RuntimeException | ExecutionException | InterruptedException e) {
            server.shutdown();
            throw e;
        }
        return new EmbeddedKafka(server, bootstrap);
    }

    /**
     * {@code meta.properties} is the last file that formatting writes, so a folder without it is
     * formatted again.
     */
    private static void format(KafkaSettings settings) throws Exception {
        Files.createDirectories(settings.data());
        if (Files.exists(settings.data().resolve("meta.properties"))) {
            return;
        }
        new Formatter()
                .setPrintStream(
                        new PrintStream(
                                OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setNodeId(KafkaSettings.NODE_ID)
                .setClusterId(Uuid.randomUuid().toString())
                .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                .setControllerListenerName(KafkaSettings.CONTROLLER)
                .addDirectory(settings.data().toString())
                .setMetadataLogDirectory(settings.data().toString())
                .run();
    }

    private static boolean isBindFailure(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException) {
                return true;
            }
        }
        return false;
    }

    private static ServerStartException failure(KafkaSettings settings, Exception e) {
        String what =
                "the embedded Kafka broker could not be started on 127.0.0.1:" + settings.port();
        if (isBindFailure(e)) {
            return new ServerStartException(
                    what + ": the port is taken; stop its owner or choose another port", e);
        }
        return new ServerStartException(what + " in " + settings.data() + ": " + e.getMessage(), e);
    }

    /** The address for clients, as {@code bootstrap.servers} wants it. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Stops the broker cleanly: everything it has acknowledged is on disk afterwards. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }
}
