package dev.kiln.chaos;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** The door by HTTP, through a client that goes on asking while the server is away. */
final class JobDoor implements AutoCloseable {
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(15);
    private static final int SERVER_ERROR = 500;
    private static final Duration AGAIN = Duration.ofMillis(500);

    private final URI jobs;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();

    JobDoor(URI server) {
        this.jobs = server.resolve("/v1/jobs");
    }

    /** Submits a document until the server has decided on it; the status of its answer. */
    int submit(String document) throws InterruptedException {
        return untilDecided(
                HttpRequest.newBuilder(jobs)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(document)));
    }

    /** Cancels a job likewise. */
    int cancel(String id) throws InterruptedException {
        return untilDecided(HttpRequest.newBuilder(URI.create(jobs + "/" + id)).DELETE());
    }

    private int untilDecided(HttpRequest.Builder request) throws InterruptedException {
        while (true) {
            try {
                int status =
                        http.send(
                                        request.timeout(ANSWER_LIMIT).build(),
                                        HttpResponse.BodyHandlers.discarding())
                                .statusCode();
                if (status < SERVER_ERROR) {
                    return status;
                }
            } catch (IOException unanswered) {
                // Nobody knows whether it took effect; asking again changes nothing if it did.
            }
            Thread.sleep(AGAIN);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
