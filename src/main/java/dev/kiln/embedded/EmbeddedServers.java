package dev.kiln.embedded;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;

/** The broker and the database of single-machine mode, which start and stop side by side. */
public final class EmbeddedServers implements AutoCloseable {

    private final EmbeddedKafka kafka;
    private final EmbeddedDatabase database;

    private EmbeddedServers(EmbeddedKafka kafka, EmbeddedDatabase database) {
        this.kafka = kafka;
        this.database = database;
    }

    /**
     * Starts both at the same time.
     *
     * @param cache where unpacked binaries are kept for the next time
     * @throws ServerStartException when one of them cannot be started; the other one is stopped
     *     then
     */
    public static EmbeddedServers start(DataDirectory data, Path cache) {
        return start(data, cache, KafkaSettings.in(data.kafka()));
    }

    /** As {@link #start(DataDirectory, Path)}, with settings of one's own for the broker. */
    public static EmbeddedServers start(
            DataDirectory data, Path cache, KafkaSettings kafkaSettings) {
        return start(data, cache, kafkaSettings, Map.of());
    }

    /** As {@link #start(DataDirectory, Path)}, with settings of one's own for the database. */
    public static EmbeddedServers start(
            DataDirectory data, Path cache, Map<String, String> postgresSettings) {
        return start(data, cache, KafkaSettings.in(data.kafka()), postgresSettings);
    }

    private static EmbeddedServers start(
            DataDirectory data,
            Path cache,
            KafkaSettings kafkaSettings,
            Map<String, String> postgresSettings) {
        try (var threads = Executors.newFixedThreadPool(2)) {
            var kafka =
                    CompletableFuture.supplyAsync(
                            () -> uninterrupted(() -> EmbeddedKafka.start(kafkaSettings)), threads);
            var database =
                    CompletableFuture.supplyAsync(
                            () ->
                                    uninterrupted(
                                            () ->
                                                    EmbeddedDatabase.start(
                                                            data, cache, 0, postgresSettings)),
                            threads);
            try {
                return new EmbeddedServers(kafka.join(), database.join());
            } catch (CompletionException e) {
                kafka.thenAccept(EmbeddedKafka::close)
                        .exceptionally(alreadyReported -> null)
                        .join();
                database.thenAccept(EmbeddedDatabase::close)
                        .exceptionally(alreadyReported -> null)
                        .join();
                throw e.getCause() instanceof ServerStartException sentence ? sentence : e;
            }
        }
    }

    private interface Start<T> {
        T start() throws InterruptedException;
    }

    private static <T> T uninterrupted(Start<T> server) {
        try {
            return server.start();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServerStartException("interrupted while the servers were starting", e);
        }
    }

    /** The broker. */
    public EmbeddedKafka kafka() {
        return kafka;
    }

    /** The database server. */
    public EmbeddedDatabase database() {
        return database;
    }

    /** Stops both. */
    @Override
    public void close() {
        try (var threads = Executors.newFixedThreadPool(2)) {
            threads.execute(kafka::close);
            threads.execute(database::close);
        }
    }
}
