package dev.kiln.cli.bench;

import dev.kiln.cli.client.KilnClient;
import dev.kiln.cli.client.PolledJob;
import dev.kiln.cli.client.Waiting;
import java.time.Duration;

/** Jobs in and out over HTTP, as a client that waits for each result has it. */
final class HttpDoor {

    private static final Duration WAIT = Duration.ofSeconds(20);

    /** For servers that answer at once, whatever they are asked. */
    static final Duration POLL = Duration.ofMillis(20);

    private final KilnClient client;
    private volatile boolean polls;

    HttpDoor(KilnClient client) {
        this.client = client;
    }

    /** Submits a hello job and waits for its end. */
    PolledJob run() throws InterruptedException {
        return await(client.submit(HelloJob.submission()).path("id").asText());
    }

    /** Waits for the end of this job. */
    PolledJob await(String id) throws InterruptedException {
        while (true) {
            long asked = System.nanoTime();
            var job = client.job(id, WAIT).orElseThrow(() -> Waiting.unknown(id));
            if (job.ended()) {
                return job;
            }
            if (System.nanoTime() - asked < WAIT.toNanos() / 2) {
                polls = true;
                Thread.sleep(POLL);
            }
        }
    }

    /** How an end is seen. */
    String how() {
        return polls ? "polled every %d ms".formatted(POLL.toMillis()) : "by long poll";
    }
}
