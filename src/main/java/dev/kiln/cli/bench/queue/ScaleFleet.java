package dev.kiln.cli.bench.queue;

import dev.kiln.embedded.ServerEndedException;
import dev.kiln.embedded.ServerStartException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Processes that stand for as many hosts, beside one that has the doors and the relay. */
final class ScaleFleet implements AutoCloseable {
    /** More at once would wait for each other's processor. */
    private static final int STARTED_AT_ONCE = 2;

    /** On a busy machine one may find the database too slow to begin with. */
    private static final int TRIES = 3;

    private final QueueMachine machine;
    private final int slots;
    private final QueueServer doors;
    private final List<QueueServer> hosts = new ArrayList<>();

    /**
     * Starts the doors, which make the tables.
     *
     * @param slots of each host
     */
    ScaleFleet(QueueMachine machine, int slots) throws InterruptedException, IOException {
        this.machine = machine;
        this.slots = slots;
        this.doors = machine.simulated("scale-doors", 1, "api,intake,relay");
    }

    /**
     * Starts more, until there are so many.
     *
     * @throws ServerStartException when one of them cannot be started; the others are there
     */
    void grow(int wanted) throws InterruptedException {
        try (var threads = Executors.newFixedThreadPool(STARTED_AT_ONCE)) {
            List<Future<QueueServer>> starting = new ArrayList<>();
            for (int number = hosts.size() + 1; number <= wanted; number++) {
                String name = "scale-host-" + number;
                starting.add(threads.submit(() -> host(name)));
            }
            ServerStartException failed = null;
            for (var each : starting) {
                try {
                    add(each);
                } catch (ServerStartException e) {
                    failed = e;
                }
            }
            if (failed != null) {
                throw failed;
            }
        }
    }

    private void add(Future<QueueServer> starting) throws InterruptedException {
        try {
            hosts.add(starting.get());
        } catch (ExecutionException e) {
            throw new ServerStartException("a host could not be started: " + e.getMessage(), e);
        }
    }

    /** As a supervisor would start it. */
    private QueueServer host(String name) throws InterruptedException, IOException {
        for (int left = TRIES - 1; ; left--) {
            try {
                return machine.simulated(name, slots, "worker");
            } catch (ServerStartException | ServerEndedException e) {
                if (left == 0) {
                    throw e;
                }
            }
        }
    }

    int slots() {
        return slots * hosts.size();
    }

    List<QueueServer> hosts() {
        return List.copyOf(hosts);
    }

    QueueServer doors() {
        return doors;
    }

    /** The processor time of all hosts. */
    Duration cpu() {
        return hosts.stream()
                .map(host -> CpuMeter.of(host.pid()))
                .reduce(Duration.ZERO, Duration::plus);
    }

    @Override
    public void close() {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            hosts.forEach(host -> threads.execute(host::close));
            threads.execute(doors::close);
        }
    }
}
