package dev.kiln.chaos;

import dev.kiln.embedded.DataDirectory;
import dev.kiln.embedded.DatabaseAccess;
import dev.kiln.embedded.EmbeddedDatabase;
import dev.kiln.embedded.EmbeddedKafka;
import dev.kiln.embedded.FreePort;
import dev.kiln.embedded.KafkaSettings;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A broker and a database that can be stopped and started again, on the same ports and data. */
final class Backends implements AutoCloseable {
    private static final int PARTITIONS = 3;

    private final DataDirectory kafkaData = DataDirectory.temporary();
    private final DataDirectory databaseData = DataDirectory.temporary();
    private final Path cache;
    private final int kafkaPort = FreePort.pick();
    private final int databasePort = FreePort.pick();
    private @Nullable EmbeddedKafka kafka;
    private @Nullable EmbeddedDatabase database;
    private DatabaseAccess access;
    private boolean closed;

    /**
     * Starts both.
     *
     * @param cache where unpacked binaries are kept
     */
    Backends(Path cache) throws InterruptedException {
        this.cache = cache;
        EmbeddedDatabase first = EmbeddedDatabase.start(databaseData, cache, databasePort);
        this.database = first;
        this.access = first.access();
        startKafka();
    }

    synchronized void startKafka() throws InterruptedException {
        if (kafka == null && !closed) {
            kafka = EmbeddedKafka.start(new KafkaSettings(kafkaData.root(), kafkaPort, PARTITIONS));
        }
    }

    synchronized void stopKafka() {
        if (kafka != null) {
            kafka.close();
            kafka = null;
        }
    }

    synchronized void startDatabase() throws InterruptedException {
        if (database == null && !closed) {
            database = EmbeddedDatabase.start(databaseData, cache, databasePort);
        }
    }

    synchronized void stopDatabase() {
        if (database != null) {
            database.close();
            database = null;
        }
    }

    String bootstrapServers() {
        return "127.0.0.1:" + kafkaPort;
    }

    int databasePort() {
        return databasePort;
    }

    /** The database as Kiln's own role sees it, past all links. */
    DatabaseAccess access() {
        return access;
    }

    @Override
    public synchronized void close() {
        closed = true;
        stopKafka();
        stopDatabase();
        kafkaData.close();
        databaseData.close();
    }
}
