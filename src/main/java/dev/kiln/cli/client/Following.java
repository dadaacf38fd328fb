package dev.kiln.cli.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Follows one job to its end by the server's stream of events. Where the connection breaks it goes
 * on, at the place where it was, with another.
 */
public final class Following {

    /** So long a server may be away, a restart say, once it was there. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** A server says every 15 s that it is there. */
    private static final Duration SILENCE = Duration.ofSeconds(50);

    private final KilnClient client;
    private final String id;
    private final Consumer<JobEvent> listener;
    private String last = "";
    private volatile long heardNanos = System.nanoTime();

    /**
     * Of this job.
     *
     * @param listener gets each event once, in their order
     */
    public Following(KilnClient client, String id, Consumer<JobEvent> listener) {
        this.client = client;
        this.id = id;
        this.listener = listener;
    }

    /**
     * Until it has ended; returns the job as it is then.
     *
     * @throws CliException when the server does not know it, or cannot be reached
     */
    public PolledJob toEnd() throws InterruptedException {
        var end = first();
        while (end.isEmpty()) {
            Thread.sleep(PAUSE);
            end = again();
        }
        return end.get();
    }

    /** A server that is not there at all is worth no patience, one that is busy is. */
    private Optional<PolledJob> first() throws InterruptedException {
        try {
            return connect(client.events(id, last));
        } catch (KilnClient.Busy busy) {
            return Optional.empty();
        }
    }

    private Optional<PolledJob> again() throws InterruptedException {
        try {
            return connect(client.events(id, last));
        } catch (CliException e) {
            boolean away = e.getCause() instanceof IOException || e instanceof KilnClient.Busy;
            if (!away || silence().compareTo(PATIENCE) > 0) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** Takes what comes by one connection; the job if that was its end. */
    private Optional<PolledJob> connect(HttpResponse<InputStream> answer) {
        heard();
        try (var body = answer.body();
                var lines =
                        new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            var watch = Thread.ofVirtual().start(() -> closeWhenSilent(body));
            try {
                return take(lines);
            } finally {
                watch.interrupt();
            }
        } catch (IOException broken) {
            return Optional.empty();
        }
    }

    private Optional<PolledJob> take(BufferedReader lines) throws IOException {
        var event = JobEvent.read(lines, this::heard);
        while (event.isPresent()) {
            listener.accept(event.get());
            last = event.get().id();
            var job = event.get().job().filter(PolledJob::ended);
            if (job.isPresent()) {
                return job;
            }
            event = JobEvent.read(lines, this::heard);
        }
        return Optional.empty();
    }

    private void heard() {
        heardNanos = System.nanoTime();
    }

    private Duration silence() {
        return Duration.ofNanos(System.nanoTime() - heardNanos);
    }

    /** The connection to a host that has gone stays open on this side. */
    private void closeWhenSilent(InputStream body) {
        try {
            while (silence().compareTo(SILENCE) < 0) {
                TimeUnit.SECONDS.sleep(1);
            }
            body.close();
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
