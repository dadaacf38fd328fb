package dev.kiln.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The batches of a server: many jobs under one name, of one tenant. */
public final class KilnBatches {
    /** How long a server may let a request wait for room in its queue. */
    private static final Duration ROOM = Duration.ofSeconds(60);

    private static final String NDJSON = "application/x-ndjson";

    private final KilnHttp http;

    KilnBatches(KilnHttp http) {
        this.http = http;
    }

    /**
     * Submits as many jobs as one likes.
     *
     * @param key by which the server knows lines again that are sent again: another for other lines
     * @param batch of the documents that name none; null for one that the server makes of the key
     */
    public BatchSender sender(String key, @Nullable String batch) {
        return new BatchSender(this, key, batch);
    }

    /**
     * Submits some jobs at once, as many as there is memory for.
     *
     * @return what the server says of each, in their order
     */
    public List<LineAnswer> submit(String key, String batch, List<JobRequest> jobs)
            throws InterruptedException {
        var lines = new ByteArrayOutputStream();
        for (JobRequest job : jobs) {
            lines.writeBytes(job.json());
            lines.write('\n');
        }
        List<LineAnswer> answers = new ArrayList<>();
        try {
            sender(key, batch)
                    .send(
                            new ByteArrayInputStream(lines.toByteArray()),
                            (answer, _) -> answers.add(answer));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return answers;
    }

    /**
     * The answer to lines that were sent.
     *
     * @param batch the batch of documents that name none
     * @param lines what the server says of each line, and at the end of all
     */
    record Answered(String batch, List<ObjectNode> lines) {}

    /** Submits lines of a stream, of which the first has that number. */
    Answered submit(byte[] lines, String key, @Nullable String batch, long first)
            throws InterruptedException {
        String query = batch == null ? "" : "&batch=" + KilnHttp.encoded(batch);
        var response =
                http.send(
                        http.request("v1/batches?first_line=" + first + query, ROOM)
                                .setHeader("Accept", NDJSON + ", application/problem+json;q=0.5")
                                .header("Content-Type", NDJSON)
                                .header("Idempotency-Key", key)
                                .POST(HttpRequest.BodyPublishers.ofByteArray(lines)));
        if (response.statusCode() / 100 != 2) {
            throw KilnProblem.of(response);
        }
        String location = response.headers().firstValue("Location").orElse("");
        return new Answered(
                location.substring(location.lastIndexOf('/') + 1),
                new String(response.body(), StandardCharsets.UTF_8)
                        .lines()
                        .map(line -> Documents.parse(line.getBytes(StandardCharsets.UTF_8)))
                        .flatMap(Optional::stream)
                        .toList());
    }

    /** How far it has come. */
    public BatchStatus status(String name, String tenant) throws InterruptedException {
        return status(http.request(path(name, "", tenant)).GET());
    }

    /** Closes it: no more jobs join it. May be repeated. */
    public BatchStatus close(String name, String tenant) throws InterruptedException {
        return status(http.post(path(name, ":close", tenant), null));
    }

    private BatchStatus status(HttpRequest.Builder request) throws InterruptedException {
        return new BatchStatus(KilnHttp.accepted(http.send(request)));
    }

    /** Its jobs that have ended, in the order of their ids, as they come. */
    public void results(String name, String tenant, Consumer<KilnJob> job)
            throws InterruptedException {
        resultLines(
                name,
                tenant,
                line ->
                        Documents.parse(line.getBytes(StandardCharsets.UTF_8))
                                .map(KilnJob::new)
                                .ifPresent(job));
    }

    /** As {@link #results}, each job as the line that the server sends. */
    public void resultLines(String name, String tenant, Consumer<String> line)
            throws InterruptedException {
        var request =
                http.request(path(name, "/results", tenant)).setHeader("Accept", NDJSON).GET();
        var response = http.send(request, BodyHandlers.ofLines());
        try (var lines = response.body()) {
            if (response.statusCode() / 100 != 2) {
                String text = String.join("\n", lines.toList());
                throw KilnProblem.of(response, text.getBytes(StandardCharsets.UTF_8));
            }
            lines.forEach(line);
        } catch (UncheckedIOException e) {
            IOException cause = e.getCause();
            throw http.broken(cause == null ? new IOException(e) : cause);
        }
    }

    private static String path(String name, String action, String tenant) {
        return "v1/batches/%s%s?tenant=%s"
                .formatted(KilnHttp.encoded(name), action, KilnHttp.encoded(tenant));
    }
}
