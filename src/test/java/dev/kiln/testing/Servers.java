package dev.kiln.testing;

import dev.kiln.embedded.BrokerLog;
import dev.kiln.embedded.DataDirectory;
import dev.kiln.embedded.DatabaseAccess;
import dev.kiln.embedded.EmbeddedServers;
import dev.kiln.embedded.KilnHome;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * A real Kafka and a real PostgreSQL for tests: one pair for each test JVM, started by whoever asks
 * first, on free ports and temporary data, and stopped when the JVM ends.
 *
 * <p>Quarkus loads this class anew for each of its class loaders, and closes those before the JVM
 * ends. So the servers are started by the class of the JVM's own loader, and remembered where all
 * of them see it: in the system properties.
 */
public final class Servers implements QuarkusTestResourceLifecycleManager {

    private static final String BOOTSTRAP = "test.servers.bootstrap";
    private static final String URL = "test.servers.url";
    private static final String PASSWORD = "test.servers.password";

    /** The address of the broker, which has Kiln's topics. */
    public static String bootstrapServers() {
        started();
        return System.getProperty(BOOTSTRAP);
    }

    /** A new, empty database that nobody else uses; the server's superuser owns it. */
    public static DatabaseAccess freshDatabase() {
        started();
        var superuser =
                new DatabaseAccess(
                        System.getProperty(URL), "postgres", System.getProperty(PASSWORD));
        String name = "t" + UUID.randomUUID().toString().replace("-", "");
        try (var connection = superuser.dataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot create a test database", e);
        }
        return superuser.database(name);
    }

    /** Connections to a {@link #freshDatabase()}. */
    public static DataSource freshDataSource() {
        return freshDatabase().dataSource();
    }

    private static void started() {
        var thread = Thread.currentThread();
        var ofQuarkus = thread.getContextClassLoader();
        // The broker looks up classes of its own by the context's loader, which its threads
        // inherit.
        thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
        try {
            var lasting =
                    Class.forName(
                            Servers.class.getName(), true, ClassLoader.getSystemClassLoader());
            lasting.getMethod("startOnce").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot start the servers that the tests need", e);
        } finally {
            thread.setContextClassLoader(ofQuarkus);
        }
    }

    /**
     * Starts the servers if that has not been done, to be stopped when the JVM ends. Public only
     * for the other class loaders.
     */
    public static synchronized void startOnce() {
        if (System.getProperty(BOOTSTRAP) != null) {
            return;
        }
        BrokerLog.quiet();
        var data = DataDirectory.temporary();
        var servers = EmbeddedServers.start(data, KilnHome.of(System.getenv()).cache());
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> stop(servers, data), "stop-test-servers"));
        System.setProperty(URL, servers.database().superuser().url());
        System.setProperty(PASSWORD, servers.database().superuser().password());
        System.setProperty(BOOTSTRAP, servers.kafka().bootstrapServers());
    }

    private static void stop(EmbeddedServers servers, DataDirectory data) {
        servers.close();
        data.close();
    }

    /**
     * Starts both servers if they are not running, and points Quarkus at them: a database of its
     * own for each start.
     */
    @Override
    public Map<String, String> start() {
        var database = freshDatabase();
        var config = new HashMap<String, String>();
        config.put("kafka.bootstrap.servers", bootstrapServers());
        config.put("quarkus.datasource.jdbc.url", database.url());
        config.put("quarkus.datasource.username", database.username());
        config.put("quarkus.datasource.password", database.password());
        for (String noisy : BrokerLog.LOGGERS) {
            config.put("quarkus.log.category.\"%s\".level".formatted(noisy), "ERROR");
        }
        return config;
    }

    /** Nothing: the servers serve the other test classes of this JVM too, and stop with it. */
    @Override
    public void stop() {}
}
