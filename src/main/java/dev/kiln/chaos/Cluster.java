package dev.kiln.chaos;

import dev.kiln.embedded.KilnHome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Broker, database, three workers and one process for everything else, each of them real. */
final class Cluster implements AutoCloseable {
    static final int WORKERS = 3;

    private final Backends backends;
    private final ClusterPlan plan;
    private final DatabaseLink doorsDatabase;
    private final Node doors;
    private final List<Worker> workers;
    private boolean closed;

    private Cluster(
            Backends backends,
            ClusterPlan plan,
            DatabaseLink doorsDatabase,
            Node doors,
            List<Worker> workers) {
        this.backends = backends;
        this.plan = plan;
        this.doorsDatabase = doorsDatabase;
        this.doors = doors;
        this.workers = List.copyOf(workers);
    }

    /** Starts broker and database; the processes come with {@link #start}. */
    static Cluster prepare(Map<String, String> environment) throws InterruptedException {
        var machine = KilnHome.of(environment);
        var backends = new Backends(machine.cache());
        var plan = ClusterPlan.of(environment, backends.bootstrapServers(), backends.access());
        var link = new DatabaseLink(backends.databasePort());
        Map<String, String> settings = new HashMap<>(plan.settings());
        settings.put("kiln.roles", "api,intake,relay");
        settings.put("quarkus.datasource.jdbc.url", link.url());
        var doors = new Node("doors", plan.environment(), settings, plan.logs());
        List<Worker> workers = new ArrayList<>();
        for (int number = 1; number <= WORKERS; number++) {
            workers.add(new Worker(number, plan, backends.databasePort()));
        }
        return new Cluster(backends, plan, link, doors, workers);
    }

    /**
     * Starts all processes and waits until they are ready: the doors first, who make the tables.
     */
    void start() throws InterruptedException {
        doors.startFirst();
        all(workers.stream().map(Worker::node).toList(), Node::startFirst);
    }

    private interface Start {
        void start(Node node) throws InterruptedException;
    }

    private static void all(List<Node> nodes, Start start) throws InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> starting = new ArrayList<>();
            for (Node node : nodes) {
                starting.add(
                        threads.submit(
                                () -> {
                                    start.start(node);
                                    return node;
                                }));
            }
            for (Future<?> each : starting) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failed
                    ? failed
                    : new IllegalStateException(e.getCause());
        }
    }

    /** Ends all harm and waits until every process is ready again. */
    void heal() throws InterruptedException {
        backends.startDatabase();
        backends.startKafka();
        doorsDatabase.loseCommits(0);
        doorsDatabase.link().delay(Duration.ZERO);
        doorsDatabase.link().release();
        doorsDatabase.link().mend();
        workers.forEach(Worker::heal);
        for (Node node : nodes()) {
            node.signal("CONT");
        }
        all(nodes(), Node::start);
    }

    /** All processes. */
    List<Node> nodes() {
        List<Node> nodes = new ArrayList<>(List.of(doors));
        workers.forEach(worker -> nodes.add(worker.node()));
        return nodes;
    }

    Worker worker(int index) {
        return workers.get(index);
    }

    List<Worker> workers() {
        return workers;
    }

    Node doors() {
        return doors;
    }

    /** The doors' way to Postgres. */
    DatabaseLink doorsDatabase() {
        return doorsDatabase;
    }

    Backends backends() {
        return backends;
    }

    ClusterPlan plan() {
        return plan;
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        for (Node node : nodes()) {
            try {
                node.signal("CONT");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            workers.forEach(worker -> threads.execute(worker::close));
            threads.execute(doors::close);
        }
        doorsDatabase.close();
        backends.close();
    }
}
