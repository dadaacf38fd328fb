package dev.kiln.cli.bench;

import dev.kiln.cli.client.CliException;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.client.KilnClient;
import dev.kiln.cli.client.PolledJob;
import dev.kiln.cli.client.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Clients that each submit a program, wait for its end, and submit the next one. */
record HelloLoad(KilnClient client, int concurrency) {

    private static final Duration WAIT = Duration.ofSeconds(30);

    /** Runs so many jobs. */
    List<Measured> run(int jobs) throws InterruptedException {
        try (var threads =
                Executors.newFixedThreadPool(concurrency, Thread.ofVirtual().factory())) {
            var running = new ArrayList<Future<Measured>>();
            for (int i = 0; i < jobs; i++) {
                running.add(threads.submit(this::one));
            }
            var done = new ArrayList<Measured>();
            for (var each : running) {
                done.add(each.get());
            }
            return done;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof CliException sentence
                    ? sentence
                    : new IllegalStateException(e.getCause());
        }
    }

    private Measured one() throws InterruptedException {
        long start = System.nanoTime();
        var submission = Json.object().put("language", "python").put("code", "print('hello')");
        PolledJob job = client.submit(submission, WAIT);
        if (!job.whole() || !job.ended()) {
            job = new Waiting(client).forOne(job.id());
        }
        return new Measured(job, Duration.ofNanos(System.nanoTime() - start));
    }
}
