package dev.kiln.chaos;

import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * A worker process with a home, a way to the Docker Engine and a way to Postgres that are its own.
 */
final class Worker implements AutoCloseable {
    private static final Path ENGINE = Path.of("/var/run/docker.sock");

    private final Home home;
    private final Link engine;
    private final DatabaseLink database;
    private final Node node;

    Worker(int number, ClusterPlan plan, int databasePort) {
        this.home = new Home(plan.machine());
        this.engine =
                new Link(
                        UnixDomainSocketAddress.of(home.root().resolve("engine.sock")),
                        UnixDomainSocketAddress.of(ENGINE),
                        () -> Link.Tap.NONE,
                        () -> Link.Tap.NONE);
        this.database = new DatabaseLink(databasePort);
        Map<String, String> settings = new HashMap<>(plan.settings());
        settings.put("kiln.roles", "worker");
        settings.put("kiln.sandbox.home", home.root().toString());
        settings.put("kiln.sandbox.engine", "unix://" + home.root().resolve("engine.sock"));
        settings.put("quarkus.datasource.jdbc.url", database.url());
        this.node = new Node("worker " + number, plan.environment(), settings, plan.logs());
    }

    Node node() {
        return node;
    }

    Home home() {
        return home;
    }

    Link engine() {
        return engine;
    }

    DatabaseLink database() {
        return database;
    }

    Containers containers() {
        return new Containers(home.root());
    }

    /** Ends all that harms it, except for what its process is at. */
    void heal() {
        engine.mend();
        database.loseCommits(0);
        database.link().delay(Duration.ZERO);
        database.link().release();
        database.link().mend();
    }

    @Override
    public void close() {
        node.close();
        engine.close();
        database.close();
        home.close();
    }
}
