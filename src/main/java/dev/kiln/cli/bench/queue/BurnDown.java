package dev.kiln.cli.bench.queue;

import dev.kiln.cli.client.CliException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;

/** Lets a worker loose on a queue that is full already. */
final class BurnDown {
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final Duration STUCK = Duration.ofMinutes(5);

    private final QueueMachine machine;
    private final QueueServer server;
    private final int backlog;
    private final int jobs;

    /**
     * @param backlog jobs queued when a window begins
     * @param jobs in a window; fewer where the backlog is smaller
     */
    BurnDown(QueueMachine machine, QueueServer server, int backlog, int jobs) {
        this.machine = machine;
        this.server = server;
        this.backlog = backlog;
        this.jobs = Math.min(jobs, backlog);
    }

    /** A JVM's first jobs are slow. The tables are in order and the checkpoint is made after it. */
    void warmUp() throws SQLException, InterruptedException {
        try (var queue = new QueueTables(machine)) {
            server.cordon(true);
            queue.clear();
            queue.fill(20_000);
            run(queue, 20_000);
            queue.clear();
            queue.fill(backlog);
            queue.settle();
        }
    }

    /** One window; the queue is filled up before it, but not put in order. */
    Window window() throws SQLException, InterruptedException {
        try (var queue = new QueueTables(machine)) {
            queue.fill(backlog - queue.queued());
            return run(queue, jobs);
        }
    }

    private Window run(QueueTables queue, int most) throws SQLException, InterruptedException {
        var meter = new CpuMeter(server.pid(), queue.postmaster());
        var mark = queue.now();
        long ended = queue.ended();
        var begin = Instant.now();
        var before = meter.read();
        server.cordon(false);
        while (queue.ended() < ended + most) {
            if (Duration.between(begin, Instant.now()).compareTo(STUCK) > 0) {
                throw new CliException("the queue does not move: see the server's log");
            }
            Thread.sleep(LOOK);
        }
        server.cordon(true);
        while (queue.running() > 0) {
            Thread.sleep(LOOK);
        }
        var cpu = meter.read().minus(before);
        var end = Instant.now();
        var finished = queue.finishedSince(mark);
        return new Window(finished.jobs(), finished.took(), begin, end, cpu);
    }
}
