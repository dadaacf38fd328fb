package dev.kiln.testing;

import dev.kiln.embedded.BrokerLog;
import dev.kiln.embedded.DataDirectory;
import dev.kiln.embedded.DatabaseAccess;
import dev.kiln.embedded.EmbeddedDatabase;
import dev.kiln.embedded.EmbeddedKafka;
import dev.kiln.embedded.FreePort;
import dev.kiln.embedded.KafkaSettings;
import dev.kiln.embedded.KilnHome;
import java.nio.file.Path;
import java.util.Map;

/**
 * A Kafka and a PostgreSQL for one test class, which it may stop and start again: on the same
 * ports, with the same data.
 */
public final class OwnServers implements AutoCloseable {
    private final DataDirectory kafkaData = DataDirectory.temporary();
    private final DataDirectory databaseData = DataDirectory.temporary();
    private final Path cache = KilnHome.of(System.getenv()).cache();
    private final int kafkaPort = FreePort.pick();
    private final int databasePort = FreePort.pick();
    private EmbeddedKafka kafka;
    private EmbeddedDatabase database;

    public OwnServers() throws InterruptedException {
        BrokerLog.quiet();
        startDatabase();
        startKafka();
    }

    public void startKafka() throws InterruptedException {
        kafka = EmbeddedKafka.start(new KafkaSettings(kafkaData.root(), kafkaPort, 2));
    }

    public void stopKafka() {
        kafka.close();
        kafka = null;
    }

    public void startDatabase() throws InterruptedException {
        database = EmbeddedDatabase.start(databaseData, cache, databasePort);
    }

    /** Starts another database in place of this one, which was stopped, on its port. */
    public void startDatabaseOn(DataDirectory data) throws InterruptedException {
        database = EmbeddedDatabase.start(data, cache, databasePort);
    }

    /** Where the database's files are. */
    public Path databaseFolder() {
        return databaseData.root();
    }

    public void stopDatabase() {
        database.close();
        database = null;
    }

    public String bootstrapServers() {
        return kafka.bootstrapServers();
    }

    /** The database as Kiln's own role sees it. */
    public DatabaseAccess database() {
        return database.access();
    }

    /** The database as its superuser sees it. */
    public DatabaseAccess superuser() {
        return database.superuser();
    }

    /** What a Kiln process needs to know of them. */
    public Map<String, String> environment() {
        return environmentWith(database());
    }

    /** The same with another database than this one. */
    public Map<String, String> environmentWith(DatabaseAccess other) {
        return Map.of(
                "KAFKA_BOOTSTRAP_SERVERS", bootstrapServers(),
                "QUARKUS_DATASOURCE_JDBC_URL", other.url(),
                "QUARKUS_DATASOURCE_USERNAME", other.username(),
                "QUARKUS_DATASOURCE_PASSWORD", other.password());
    }

    @Override
    public void close() {
        if (kafka != null) {
            stopKafka();
        }
        if (database != null) {
            stopDatabase();
        }
        kafkaData.close();
        databaseData.close();
    }
}
