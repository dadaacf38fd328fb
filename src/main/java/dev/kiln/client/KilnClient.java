package dev.kiln.client;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A Kiln server: submit programs, wait for them, read what they wrote. Plain blocking calls; any
 * number of threads may use one client. Every failure is a {@link KilnException}.
 */
public final class KilnClient implements AutoCloseable {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** What nobody would wait for: a pause that a server asks for is no longer than this. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /** For content of any size over a slow line, once it has begun to come. */
    private static final Duration CONTENT_LIMIT = Duration.ofMinutes(10);

    private final KilnHttp http;

    /** By that connection, which is closed with this client. */
    public KilnClient(KilnHttp http) {
        this.http = http;
    }

    /** Of a server that asks for no keys; connects to nothing yet. */
    public static KilnClient of(URI server) {
        return of(server, null);
    }

    /**
     * Connects to nothing yet.
     *
     * @param key opens the server's doors; null for none
     * @throws IllegalArgumentException when the address is none of HTTP, or the key none at all
     */
    public static KilnClient of(URI server, @Nullable String key) {
        return new KilnClient(KilnHttp.of(server, key));
    }

    /** For requests that have no method here. */
    public KilnHttp http() {
        return http;
    }

    /** Submits a job; what is told of it is its id, and that it is queued. */
    public KilnJob submit(JobRequest job) throws InterruptedException {
        return submitted(post("v1/jobs", Duration.ZERO, job));
    }

    /**
     * Submits a job and waits for its end; whole where it ends in time, and else as {@link
     * #submit(JobRequest)}.
     *
     * @param wait at most a minute
     */
    public KilnJob submit(JobRequest job, Duration wait) throws InterruptedException {
        return submitted(post("v1/jobs?wait=" + KilnHttp.seconds(wait), wait, job));
    }

    private HttpRequest.Builder post(String path, Duration wait, JobRequest job) {
        var request =
                http.request(path, wait)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(job.json()));
        job.idempotencyKey().ifPresent(key -> request.header("Idempotency-Key", key));
        return request;
    }

    private KilnJob submitted(HttpRequest.Builder request) throws InterruptedException {
        return new KilnJob(KilnHttp.accepted(http.send(request)));
    }

    /** The job with this id; nothing where the server does not know it. */
    public Optional<KilnJob> job(String id) throws InterruptedException {
        return found(http.send(http.request(path(id)).GET()));
    }

    /**
     * The job with this id when it has ended, or as it is when the time is up.
     *
     * @param wait at most a minute
     */
    public Optional<KilnJob> job(String id, Duration wait) throws InterruptedException {
        return found(
                http.send(http.request(path(id) + "?wait=" + KilnHttp.seconds(wait), wait).GET()));
    }

    private static Optional<KilnJob> found(HttpResponse<byte[]> response) {
        return response.statusCode() == 404
                ? Optional.empty()
                : Optional.of(new KilnJob(KilnHttp.accepted(response)));
    }

    /**
     * Waits until the job has ended, however often that takes a request, and through a restart of
     * the server.
     *
     * @param atMost how long in all
     * @return the job as it is then; when the time was up first, it has not {@link KilnJob#ended()}
     * @throws KilnException also when the server does not know the job, or was away to the end
     */
    public KilnJob await(String id, Duration atMost) throws InterruptedException {
        long start = System.nanoTime();
        while (true) {
            long asked = System.nanoTime();
            var left = atMost.minusNanos(asked - start);
            var pause = PAUSE;
            try {
                var wait = shorter(left.isNegative() ? Duration.ZERO : left, LONGEST_WAIT);
                var request = http.request(path(id) + "?wait=" + KilnHttp.seconds(wait), wait);
                var job = new KilnJob(KilnHttp.accepted(http.send(request.GET())));
                if (job.ended() || !left.isPositive()) {
                    return job;
                }
                // A server that stops answers all who wait at once.
                pause = PAUSE.minusNanos(System.nanoTime() - asked);
            } catch (KilnUnreachable away) {
                if (!left.isPositive()) {
                    throw away;
                }
            } catch (KilnProblem refused) {
                if (!refused.passes() || !left.isPositive()) {
                    throw refused;
                }
                pause = shorter(refused.retryAfter().orElse(PAUSE), LONGEST_PAUSE);
            }
            var rest = atMost.minusNanos(System.nanoTime() - start);
            TimeUnit.NANOSECONDS.sleep(shorter(pause, rest).toNanos());
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** What was kept of the program's output, byte by byte. */
    public byte[] stdout(String id) throws InterruptedException {
        return bytes(path(id) + "/stdout");
    }

    /** What was kept of the program's error output, byte by byte. */
    public byte[] stderr(String id) throws InterruptedException {
        return bytes(path(id) + "/stderr");
    }

    /** The content of an artifact of that job: a path below its work directory. */
    public byte[] artifact(String id, String artifact) throws InterruptedException {
        var names = new StringBuilder();
        for (String name : artifact.split("/", -1)) {
            names.append('/').append(KilnHttp.encoded(name));
        }
        return bytes(path(id) + "/artifacts" + names);
    }

    private byte[] bytes(String path) throws InterruptedException {
        var response = http.send(http.request(path).GET(), CONTENT_LIMIT);
        if (response.statusCode() / 100 != 2) {
            throw KilnProblem.of(response);
        }
        return response.body();
    }

    /** What became of the wish to cancel a job. */
    public enum Cancelled {
        /** It is cancelled. */
        DONE,
        /** Its program is being stopped. */
        REQUESTED,
        /** It had come to another end. */
        TOO_LATE,
        /** The server does not know it. */
        UNKNOWN
    }

    /** Takes a job back; may be repeated. */
    public Cancelled cancel(String id) throws InterruptedException {
        var response = http.send(http.request(path(id)).DELETE());
        return switch (response.statusCode()) {
            case 200 -> Cancelled.DONE;
            case 202 -> Cancelled.REQUESTED;
            case 409 -> Cancelled.TOO_LATE;
            case 404 -> Cancelled.UNKNOWN;
            default -> throw KilnProblem.of(response);
        };
    }

    /** Has the same submission run once more, as a new job. */
    public KilnJob rerun(String id) throws InterruptedException {
        return submitted(http.post(path(id) + ":rerun", null));
    }

    /** A page of the server's list of jobs, newest first. */
    public JobPage jobs(JobQuery query) throws InterruptedException {
        return new JobPage(KilnHttp.accepted(http.send(http.request(query.path()).GET())));
    }

    /** Many jobs under one name. */
    public KilnBatches batches() {
        return new KilnBatches(http);
    }

    private static String path(String id) {
        if (!id.matches("[0-9A-Za-z-]+")) {
            throw new IllegalArgumentException("not a job's id: " + id);
        }
        return "v1/jobs/" + id;
    }

    @Override
    public void close() {
        http.close();
    }
}
