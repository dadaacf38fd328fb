package dev.kiln.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Jobs in Python, submitted and asked for over HTTP. */
public final class HttpJobs {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http;
    private final URI server;

    /** Of the server there, which asks for no key. */
    public HttpJobs(HttpClient http, URI server) {
        this.http = http;
        this.server = server;
    }

    /** A submission of this program. */
    public static ObjectNode python(String code) {
        return JSON.createObjectNode().put("language", "python").put("code", code);
    }

    /** The same, with a limit. */
    public static ObjectNode limited(ObjectNode job, String limit, double value) {
        job.putObject("sandbox").put(limit, value);
        return job;
    }

    /** The new job's id. */
    public String submit(ObjectNode job) throws Exception {
        var answer =
                send(
                        request("v1/jobs")
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(job.toString())));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return JSON.readTree(answer.body()).at("/id").asText();
    }

    /** Posts nothing there, which must do. */
    public void post(String path) throws Exception {
        var answer = send(request(path).POST(BodyPublishers.noBody()));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    /** Asks for a job's end. */
    public void cancel(String id) throws Exception {
        send(request("v1/jobs/" + id).DELETE());
    }

    /** The job's document. */
    public JsonNode job(String id) throws Exception {
        return JSON.readTree(send(request("v1/jobs/" + id)).body());
    }

    /** Returns when the job has ended. */
    public void awaitEnd(String id) {
        await().atMost(Duration.ofSeconds(60)).until(() -> !job(id).at("/finished_at").isNull());
    }

    /** A request to an address on that server. */
    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.resolve(path));
    }

    /** Its answer. */
    public HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofString());
    }
}
