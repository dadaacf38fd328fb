package dev.kiln.embedded;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The broker and the database that a Kiln of this machine works with: embedded ones, but for those
 * that the environment names.
 *
 * @param environment what the server needs to know of the embedded ones, as environment variables
 * @param stop stops what was started here
 */
record BackingServers(Map<String, String> environment, Runnable stop) implements AutoCloseable {

    static final String BOOTSTRAP = "KAFKA_BOOTSTRAP_SERVERS";
    static final String URL = "QUARKUS_DATASOURCE_JDBC_URL";

    /** Starts what {@code given}, an environment, does not name. */
    static BackingServers start(
            Map<String, String> given, DataDirectory data, KilnHome home, KafkaSettings kafka) {
        boolean ownKafka = given.getOrDefault(BOOTSTRAP, "").isBlank();
        boolean ownDatabase = given.getOrDefault(URL, "").isBlank();
        try {
            if (ownKafka && ownDatabase) {
                var servers = EmbeddedServers.start(data, home.cache(), kafka);
                return new BackingServers(
                        environment(servers.kafka(), servers.database().access()), servers::close);
            }
            if (ownKafka) {
                var broker = EmbeddedKafka.start(kafka);
                return new BackingServers(environment(broker, null), broker::close);
            }
            if (ownDatabase) {
                var database = EmbeddedDatabase.start(data, home.cache());
                return new BackingServers(environment(null, database.access()), database::close);
            }
            return new BackingServers(Map.of(), () -> {});
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServerStartException("interrupted while the servers were starting", e);
        }
    }

    private static Map<String, String> environment(
            @Nullable EmbeddedKafka kafka, @Nullable DatabaseAccess database) {
        var environment = new HashMap<String, String>();
        if (kafka != null) {
            environment.put(BOOTSTRAP, kafka.bootstrapServers());
        }
        if (database != null) {
            environment.put(URL, database.url());
            environment.put("QUARKUS_DATASOURCE_USERNAME", database.username());
            environment.put("QUARKUS_DATASOURCE_PASSWORD", database.password());
        }
        return Map.copyOf(environment);
    }

    @Override
    public void close() {
        stop.run();
    }
}
