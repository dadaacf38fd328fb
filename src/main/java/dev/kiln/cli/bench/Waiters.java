package dev.kiln.cli.bench;

import dev.kiln.cli.client.Json;
import dev.kiln.cli.client.KilnClient;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Many requests at once that wait for the end of one job, each on a connection of its own. */
final class Waiters implements AutoCloseable {

    private static final Duration WAIT = Duration.ofSeconds(60);
    private static final int BURST = 100;
    private static final Duration BREATH = Duration.ofMillis(40);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final KilnClient client;
    private final String id;
    private final List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();

    /** For that job of that client's server; none waits yet. */
    Waiters(KilnClient client, String id) {
        this.client = client;
        this.id = id;
    }

    /**
     * Has so many more wait: in bursts, since a host takes only so many new connections at once.
     */
    void add(int many) throws InterruptedException {
        for (int i = 1; i <= many; i++) {
            answers.add(http.sendAsync(client.waiting(id, WAIT), BodyHandlers.ofByteArray()));
            if (i % BURST == 0) {
                Thread.sleep(BREATH);
            }
        }
    }

    /** How many were answered by now, or cannot be any more. */
    long over() {
        return answers.stream().filter(CompletableFuture::isDone).count();
    }

    /**
     * Waits for all answers.
     *
     * @return how many of them say that the job was cancelled; the others failed
     */
    int cancelled(Duration atMost) throws InterruptedException {
        long until = System.nanoTime() + atMost.toNanos();
        int good = 0;
        for (var answer : answers) {
            try {
                long left = Math.max(0, until - System.nanoTime());
                var response = answer.get(left, TimeUnit.NANOSECONDS);
                var document = Json.parse(response.body());
                if (response.statusCode() == 200
                        && document.isPresent()
                        && document.get().path("state").asText().equals("CANCELLED")) {
                    good++;
                }
            } catch (ExecutionException | TimeoutException notAnswered) {
                answer.cancel(true);
            }
        }
        return good;
    }

    /** The text at that path of the same server. */
    String get(String path) throws IOException, InterruptedException {
        return http.send(client.reading(path), BodyHandlers.ofString()).body();
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
