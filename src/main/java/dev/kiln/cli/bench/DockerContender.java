package dev.kiln.cli.bench;

import dev.kiln.bench.docker.Baseline;
import dev.kiln.bench.docker.BaselineException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Docker without Kiln: so many clients that each run one container after the other.
 *
 * @param baseline how each container is run
 * @param concurrency how many clients
 * @param tasks what is run, by turns
 */
record DockerContender(Baseline baseline, int concurrency, List<Task> tasks) implements Contender {

    @Override
    public String name() {
        return baseline.name();
    }

    @Override
    public void run(Window<?> window) throws InterruptedException {
        var next = new AtomicInteger();
        try (var threads = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().factory())) {
            var clients = new ArrayList<Future<?>>();
            for (int i = 0; i < concurrency; i++) {
                clients.add(threads.submit(() -> client(next, window)));
            }
            for (var client : clients) {
                client.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof BaselineException sentence
                    ? sentence
                    : new IllegalStateException(e.getCause());
        }
    }

    /** The first client that fails ends the others too. Gives how many it ran. */
    private Integer client(AtomicInteger next, Window<?> window) throws InterruptedException {
        int done = 0;
        try {
            int index = next.getAndIncrement();
            while (index < window.load()) {
                var task = tasks.get(index % tasks.size());
                window.ended(baseline.run(task.program()).equals(task.output()));
                done++;
                index = next.getAndIncrement();
            }
            return done;
        } catch (RuntimeException e) {
            next.set(window.load());
            throw e;
        }
    }
}
