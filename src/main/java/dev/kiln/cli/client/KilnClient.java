package dev.kiln.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.client.JobQuery;
import dev.kiln.client.JobRequest;
import dev.kiln.client.KilnClient.Cancelled;
import dev.kiln.client.KilnHttp;
import dev.kiln.client.KilnJob;
import dev.kiln.client.KilnProblem;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A Kiln server as the command line speaks to it: by the {@link dev.kiln.client client} that others
 * have too, with every failure as a {@link CliException}.
 */
public final class KilnClient implements AutoCloseable {
    private final dev.kiln.client.KilnClient kiln;

    /** Connects to nothing yet; of a server that asks for no keys. */
    public KilnClient(URI server) {
        this(dev.kiln.client.KilnClient.of(server));
    }

    private KilnClient(dev.kiln.client.KilnClient kiln) {
        this.kiln = kiln;
    }

    /**
     * A client of the server that was named.
     *
     * @param key opens its doors; null or empty for none
     * @throws CliException when that is not an HTTP address, or no key at all
     */
    public static KilnClient of(String server, @Nullable String key) {
        if (key != null && !key.matches("[!-~]*")) {
            // Not quoted: it may be a secret with a line's end too many.
            throw new CliException(
                    "the key holds a space or another character that no key has: give it as `kiln keys create` printed it");
        }
        try {
            return new KilnClient(
                    dev.kiln.client.KilnClient.of(
                            URI.create(server), key == null || key.isEmpty() ? null : key));
        } catch (IllegalArgumentException noAddress) {
            throw new CliException(
                    "'%s' is not the address of a server: give one like http://127.0.0.1:8080"
                            .formatted(server),
                    noAddress);
        }
    }

    /** Submits one job and gives the server's answer, which has its {@code id}. */
    public JsonNode submit(ObjectNode submission) throws InterruptedException {
        return call(() -> kiln.submit(JobRequest.ofDocument(submission)).json());
    }

    /**
     * As {@link #submit(ObjectNode)}, but answered with the {@link PolledJob#whole() whole} job
     * where it ends within that time.
     *
     * @param wait at most a minute; a server that knows nothing of waiting answers at once
     */
    public PolledJob submit(ObjectNode submission, Duration wait) throws InterruptedException {
        return call(() -> polled(kiln.submit(JobRequest.ofDocument(submission), wait)));
    }

    /** Submits many, one document a line, and gives the server's answer. */
    public JsonNode submitLines(byte[] lines) throws InterruptedException {
        return ask(
                http().request("v1/batches")
                        .header("Content-Type", "application/x-ndjson")
                        .POST(BodyPublishers.ofByteArray(lines)));
    }

    /** Cancels the job with this id. */
    public Cancelled cancel(String id) throws InterruptedException {
        String checked = checked(id);
        return call(() -> kiln.cancel(checked));
    }

    /** Has ABANDONED jobs tried again and gives the server's answer. */
    public JsonNode retry(ObjectNode which) throws InterruptedException {
        return ask(http().post("v1/jobs:retry", which));
    }

    /**
     * Has the same submission run once more and gives the server's answer, which has the new id.
     */
    public JsonNode rerun(String id) throws InterruptedException {
        String checked = checked(id);
        return call(() -> kiln.rerun(checked).json());
    }

    private static String checked(String id) {
        if (!id.matches("[0-9A-Za-z-]+")) {
            throw new CliException("'%s' is not a job id: `kiln submit` prints one".formatted(id));
        }
        return id;
    }

    /** The job with this id, if the server knows it. */
    public Optional<PolledJob> job(String id) throws InterruptedException {
        String checked = checked(id);
        return call(() -> kiln.job(checked).map(KilnClient::polled));
    }

    /**
     * The job with this id when it has ended, or as it is when the time is up.
     *
     * @param wait at most a minute; a server that knows nothing of waiting answers at once
     */
    public Optional<PolledJob> job(String id, Duration wait) throws InterruptedException {
        String checked = checked(id);
        return call(() -> kiln.job(checked, wait).map(KilnClient::polled));
    }

    private static PolledJob polled(KilnJob job) {
        return new PolledJob(job.json());
    }

    /** The request by which a job is waited for, for a client of another kind to send. */
    public HttpRequest waiting(String id, Duration wait) {
        String path = "v1/jobs/%s?wait=%d".formatted(checked(id), wait.toSeconds());
        return http().request(path, wait).GET().build();
    }

    /**
     * The request that reads what is there, for a client of another kind to send.
     *
     * @param path from the server's address, without a slash before it
     */
    public HttpRequest reading(String path) {
        return http().request(path).GET().build();
    }

    /** The server cannot do this now, but may soon. */
    static final class Busy extends CliException {

        private static final long serialVersionUID = 1L;

        Busy(String message) {
            super(message);
        }
    }

    /**
     * The events of a job; the caller closes the body.
     *
     * @param last the id of the last one that was seen; empty for all
     */
    HttpResponse<InputStream> events(String id, String last) throws InterruptedException {
        var request =
                http().request("v1/jobs/" + checked(id) + "/events")
                        .setHeader("Accept", "text/event-stream, */*");
        if (!last.isEmpty()) {
            request.header("Last-Event-ID", last);
        }
        var answer = call(() -> http().send(request, HttpResponse.BodyHandlers.ofInputStream()));
        if (answer.statusCode() == 200) {
            return answer;
        }
        try (var body = answer.body()) {
            if (answer.statusCode() == 404) {
                throw Waiting.unknown(id);
            }
            String why = Problems.inWords(answer.statusCode(), body.readAllBytes());
            throw KilnProblem.passes(answer.statusCode()) ? new Busy(why) : new CliException(why);
        } catch (IOException e) {
            throw new CliException(
                    "the connection to Kiln at %s broke (%s): try again"
                            .formatted(http().address(), e.getMessage()),
                    e);
        }
    }

    /**
     * A page of the server's list of jobs.
     *
     * @param query the parameters, each with its value
     */
    public JsonNode jobs(List<Map.Entry<String, String>> query) throws InterruptedException {
        return call(() -> kiln.jobs(new JobQuery(query)).json());
    }

    /** The server's list of workers. */
    public JsonNode workers() throws InterruptedException {
        return ask(http().request("v1/workers").GET());
    }

    /** Forbids a worker to take jobs, or allows it again. */
    public void cordon(String worker, boolean cordoned) throws InterruptedException {
        if (!worker.matches("[0-9A-Za-z.-]+")) {
            throw new CliException(
                    "'%s' is not a worker's id: `kiln workers` lists them".formatted(worker));
        }
        String action = cordoned ? "cordon" : "uncordon";
        ask(http().post("v1/workers/" + worker + ":" + action, null));
    }

    /** The tenants of which only so many jobs may run at once. */
    public JsonNode caps() throws InterruptedException {
        return ask(http().request("v1/tenants").GET());
    }

    /** Has no more jobs of the tenant run at once. */
    public JsonNode cap(String tenant, int most) throws InterruptedException {
        return tenant(tenant, "cap?max_running=" + most);
    }

    /** Lets as many jobs of the tenant run as there is room for. */
    public JsonNode uncap(String tenant) throws InterruptedException {
        return tenant(tenant, "uncap");
    }

    private JsonNode tenant(String tenant, String action) throws InterruptedException {
        return ask(http().post("v1/tenants/" + KilnHttp.encoded(tenant) + ":" + action, null));
    }

    /** The server's keys. */
    public Keys keys() {
        return new Keys(this);
    }

    /**
     * Uploads a context and gives what a submission names it by.
     *
     * @param tenant whose it is; null for whose the server takes it
     */
    public ObjectNode putContext(byte[] content, @Nullable String tenant)
            throws InterruptedException {
        String hash = sha256(content);
        String query = tenant == null ? "" : "?tenant=" + KilnHttp.encoded(tenant);
        ask(
                http().request("v1/contexts/" + hash + query)
                        .header("Content-Type", "application/octet-stream")
                        .PUT(BodyPublishers.ofByteArray(content)));
        return Json.object().put("sha256", hash);
    }

    /** The content of an artifact of that job. */
    public byte[] artifact(String id, String path) throws InterruptedException {
        String plain = ArtifactFolder.requirePlain(path);
        String checked = checked(id);
        return call(() -> kiln.artifact(checked, plain));
    }

    /** The job with those outputs in it, as text, that its document leaves to other addresses. */
    public PolledJob withOutput(PolledJob job) throws InterruptedException {
        ObjectNode json = job.json().deepCopy();
        if (json.path("result") instanceof ObjectNode result) {
            if (result.path("stdout_stored").asBoolean()) {
                result.put("stdout", text(call(() -> kiln.stdout(job.id()))));
            }
            if (result.path("stderr_stored").asBoolean()) {
                result.put("stderr", text(call(() -> kiln.stderr(job.id()))));
            }
        }
        return new PolledJob(json);
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }

    /** The batches of this server. */
    dev.kiln.client.KilnBatches batches() {
        return kiln.batches();
    }

    KilnHttp http() {
        return kiln.http();
    }

    /** Asks, and gives the document that is answered. */
    JsonNode ask(HttpRequest.Builder request) throws InterruptedException {
        return call(() -> KilnHttp.accepted(http().send(request)));
    }

    static <T> T call(Failures.Question<T> question) throws InterruptedException {
        return Failures.inWords(question);
    }

    @Override
    public void close() {
        kiln.close();
    }
}
