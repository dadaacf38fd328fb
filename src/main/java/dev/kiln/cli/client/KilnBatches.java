package dev.kiln.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The batches of a Kiln server. */
public final class KilnBatches {
    /** How long a server may let a request wait for room in its queue. */
    private static final Duration ROOM = Duration.ofSeconds(60);

    private static final String NDJSON = "application/x-ndjson";

    private final KilnClient client;

    /** Of this server. */
    public KilnBatches(KilnClient client) {
        this.client = client;
    }

    /**
     * The answer to lines that were sent.
     *
     * @param batch the batch of documents that name none
     * @param lines what the server says of each line, and at the end of all
     */
    public record Answered(String batch, List<JsonNode> lines) {
        public Answered {
            lines = List.copyOf(lines);
        }
    }

    /** A failure that passes: the same request may be sent again. */
    public static final class ComeBackException extends Exception {
        private static final long serialVersionUID = 1L;

        ComeBackException(String message) {
            super(message);
        }
    }

    /**
     * Submits some lines of a stream; those that were submitted before under the same key are
     * known.
     *
     * @param batch null for one that the server makes of the key
     * @param first the number of the first line
     * @throws ComeBackException when the server cannot be reached, or has no room now
     */
    public Answered submit(byte[] lines, String key, @Nullable String batch, long first)
            throws InterruptedException, ComeBackException {
        String query = batch == null ? "" : "&batch=" + KilnClient.encoded(batch);
        var request =
                client.request("v1/batches?first_line=" + first + query, ROOM)
                        .setHeader("Accept", NDJSON + ", application/problem+json;q=0.5")
                        .header("Content-Type", NDJSON)
                        .header("Idempotency-Key", key)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(lines))
                        .build();
        HttpResponse<byte[]> response;
        try {
            response = client.http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } catch (ConnectException e) {
            throw new ComeBackException(client.notThere());
        } catch (IOException e) {
            throw new ComeBackException(
                    "the connection to Kiln at %s broke (%s)"
                            .formatted(client.address(), e.getMessage()));
        }
        if (response.statusCode() == 429 || response.statusCode() == 503) {
            throw new ComeBackException(Problems.inWords(response.statusCode(), response.body()));
        }
        if (response.statusCode() / 100 != 2) {
            throw new CliException(Problems.inWords(response.statusCode(), response.body()));
        }
        String location = response.headers().firstValue("Location").orElse("");
        return new Answered(
                location.substring(location.lastIndexOf('/') + 1),
                new String(response.body(), StandardCharsets.UTF_8)
                        .lines()
                        .map(line -> Json.parse(line.getBytes(StandardCharsets.UTF_8)))
                        .<JsonNode>flatMap(Optional::stream)
                        .toList());
    }

    /** How far a batch has come. */
    public JsonNode find(String name, String tenant) throws InterruptedException {
        return KilnClient.accepted(client.send(client.request(batchPath(name, "", tenant)).GET()));
    }

    /** Closes a batch: no more jobs join it. */
    public JsonNode close(String name, String tenant) throws InterruptedException {
        return KilnClient.accepted(
                client.post(batchPath(name, ":close", tenant), "application/json", new byte[0]));
    }

    /** The documents of a batch's jobs that have ended, a line each, as they come. */
    public void results(String name, String tenant, Consumer<String> line)
            throws InterruptedException {
        var request =
                client.request(batchPath(name, "/results", tenant))
                        .setHeader("Accept", NDJSON)
                        .GET();
        try {
            var response = client.http.send(request.build(), HttpResponse.BodyHandlers.ofLines());
            if (response.statusCode() / 100 != 2) {
                throw new CliException(
                        "the server answered %d to the question for the results of %s"
                                .formatted(response.statusCode(), name));
            }
            response.body().forEach(line);
        } catch (IOException | UncheckedIOException e) {
            throw new CliException(
                    "the connection to Kiln at %s broke (%s): ask again with GET /v1/batches/%s/results"
                            .formatted(client.address(), e.getMessage(), name),
                    e);
        }
    }

    private static String batchPath(String name, String action, String tenant) {
        return "v1/batches/"
                + KilnClient.encoded(name)
                + action
                + "?tenant="
                + KilnClient.encoded(tenant);
    }
}
