package dev.kiln.poll;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kiln.job.JobId;
import dev.kiln.wire.Json;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients that wait for jobs to end, thousands of them on a few threads, each on a connection of
 * its own. As long as its job has not ended, a client that was answered asks again.
 */
final class Crowd implements AutoCloseable {
    private static final Set<String> ON_THE_WAY = Set.of("QUEUED", "RUNNING");

    /** A host takes only so many new connections at once. */
    private static final int BURST = 200;

    private static final long CONNECT_SECONDS = 60;

    private final HttpClient http;
    private final URI server;
    private final AtomicInteger asked = new AtomicInteger();
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();

    /** What one client heard in the end. */
    record Answer(JobId asked, String id, String state, String stdout) {}

    /** Of at most so many. */
    Crowd(Vertx vertx, URI server, int size) {
        this.http =
                vertx.createHttpClient(
                        new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(size));
        this.server = server;
    }

    /** One more for each of these jobs; all are connected when this returns. */
    void add(List<JobId> jobs) throws Exception {
        List<Future<?>> connecting = new ArrayList<>();
        for (JobId job : jobs) {
            connecting.add(ask(job));
            if (connecting.size() == BURST || connecting.size() == jobs.size()) {
                connected(connecting);
                connecting.clear();
            }
        }
        connected(connecting);
    }

    private static void connected(List<Future<?>> connecting) throws Exception {
        Future.all(List.copyOf(connecting))
                .toCompletionStage()
                .toCompletableFuture()
                .get(CONNECT_SECONDS, TimeUnit.SECONDS);
    }

    private Future<HttpClientRequest> ask(JobId job) {
        asked.incrementAndGet();
        var request =
                http.request(
                        HttpMethod.GET,
                        server.getPort(),
                        server.getHost(),
                        "/v1/jobs/" + job + "?wait=60");
        request.compose(HttpClientRequest::send)
                .compose(response -> response.body())
                .onSuccess(body -> heard(job, body))
                .onFailure(e -> answers.add(new Answer(job, "", e.toString(), "")));
        return request;
    }

    private void heard(JobId job, Buffer body) {
        JsonNode document = Json.ofBytes(body.getBytes());
        String state = document.path("state").asText(document.toString());
        if (ON_THE_WAY.contains(state)) {
            ask(job);
        } else {
            String stdout = document.at("/result/stdout").asText();
            answers.add(new Answer(job, document.path("id").asText(), state, stdout));
        }
    }

    /** How many requests they have made. */
    int asked() {
        return asked.get();
    }

    /** Of each client what it heard of its job's end; or why it heard nothing, as the state. */
    List<Answer> answers() {
        return List.copyOf(answers);
    }

    /** How many clients have come to an end. */
    int answered() {
        return answers.size();
    }

    @Override
    public void close() {
        http.close();
    }
}
