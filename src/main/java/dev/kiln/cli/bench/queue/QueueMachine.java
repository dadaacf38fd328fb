package dev.kiln.cli.bench.queue;

import dev.kiln.embedded.BrokerLog;
import dev.kiln.embedded.DataDirectory;
import dev.kiln.embedded.DatabaseAccess;
import dev.kiln.embedded.EmbeddedServers;
import dev.kiln.embedded.KilnHome;
import dev.kiln.embedded.ServerStartException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A broker and a database, both on disk as a site has them, for Kiln servers that come and go. */
final class QueueMachine implements AutoCloseable {
    private final Map<String, String> environment;
    private final DataDirectory data;
    private final EmbeddedServers servers;
    private final Thread stop = new Thread(this::stop, "stop-bench");

    private QueueMachine(
            Map<String, String> environment, DataDirectory data, EmbeddedServers servers) {
        this.environment = environment;
        this.data = data;
        this.servers = servers;
        Runtime.getRuntime().addShutdownHook(stop);
    }

    static QueueMachine start(Map<String, String> environment) {
        return start(environment, Map.of());
    }

    /**
     * As {@link #start(Map)}.
     *
     * @param postgres settings of the database server, by name
     */
    static QueueMachine start(Map<String, String> environment, Map<String, String> postgres) {
        var data = DataDirectory.temporaryAsKept(Path.of(System.getProperty("java.io.tmpdir")));
        try {
            BrokerLog.toFile(data.log("kafka"));
            return new QueueMachine(
                    environment,
                    data,
                    EmbeddedServers.start(data, KilnHome.of(environment).cache(), postgres));
        } catch (FileNotFoundException e) {
            data.close();
            throw new ServerStartException("cannot write the broker's log: " + e.getMessage(), e);
        } catch (ServerStartException e) {
            data.close();
            throw e;
        }
    }

    /**
     * Starts a Kiln whose programs are scripted, and waits until it is ready.
     *
     * @param slots how many jobs it runs at once
     * @param roles as {@code kiln.roles}
     * @param recordings a folder that keeps its flight recording, with processor samples; null for
     *     none
     */
    QueueServer server(int slots, String roles, @Nullable Path recordings)
            throws InterruptedException, IOException {
        Map<String, String> settings = settings(slots, roles);
        Path log = log("bench-queue-server");
        Path folder = recordings == null ? data.root() : Files.createDirectories(recordings);
        Path recording =
                folder.resolve("queue-%d-%s.jfr".formatted(slots, roles.replace(',', '-')));
        return QueueServer.start(environment, settings, recording, recordings != null, log);
    }

    private Map<String, String> settings(int slots, String roles) {
        Map<String, String> settings = new HashMap<>();
        settings.put("KILN_ROLES", roles);
        settings.put("KILN_SANDBOX_SCRIPTED", "true");
        settings.put("KILN_WORKER_SLOTS", String.valueOf(slots));
        settings.put("KILN_WORKER_MEMORY_BUDGET", slots * 128L + "m");
        settings.put("KAFKA_BOOTSTRAP_SERVERS", servers.kafka().bootstrapServers());
        var access = access();
        settings.put("QUARKUS_DATASOURCE_JDBC_URL", access.url());
        settings.put("QUARKUS_DATASOURCE_USERNAME", access.username());
        settings.put("QUARKUS_DATASOURCE_PASSWORD", access.password());
        return settings;
    }

    private Path log(String name) throws IOException {
        return Files.createDirectories(KilnHome.of(environment).logs()).resolve(name + ".log");
    }

    /**
     * Starts a process that has no engine, so that many of them can stand for as many hosts, and
     * waits until it is ready. Its recording has the queue's steps and nothing else.
     *
     * @param name of its log and its recording
     * @param slots how many jobs it runs at once, if it is a worker
     */
    QueueServer simulated(String name, int slots, String roles)
            throws InterruptedException, IOException {
        Map<String, String> settings = settings(slots, roles);
        settings.put("KILN_SANDBOX_SCRIPTED_ALONE", "true");
        return QueueServer.simulated(
                environment, settings, data.root().resolve(name + ".jfr"), log("bench-" + name));
    }

    /** The bytes that the broker has of this topic. */
    long topicBytes(String topic) throws IOException {
        String segment = ".*/" + Pattern.quote(topic) + "-[0-9]+/[0-9]+\\.log";
        try (var files = Files.walk(data.root().resolve("kafka"))) {
            return files.filter(file -> file.toString().matches(segment))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    String bootstrapServers() {
        return servers.kafka().bootstrapServers();
    }

    DatabaseAccess access() {
        return servers.database().access();
    }

    DatabaseAccess superuser() {
        return servers.database().superuser();
    }

    HostFacts host() throws SQLException {
        try (var connection = access().dataSource().getConnection();
                var statement = connection.createStatement();
                var row =
                        statement.executeQuery(
                                "select current_setting('server_version'), current_setting('synchronous_commit') || ', fsync ' || current_setting('fsync')")) {
            row.next();
            return new HostFacts(
                    HostFacts.commitOf(Path.of(environment.getOrDefault("KILN_ROOT", "."))),
                    Runtime.getRuntime().availableProcessors(),
                    System.getProperty("os.version"),
                    row.getString(1),
                    row.getString(2));
        }
    }

    private void stop() {
        try (data) {
            servers.close();
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(stop);
        } catch (IllegalStateException stoppingAlready) {
            return;
        }
        stop();
    }
}
