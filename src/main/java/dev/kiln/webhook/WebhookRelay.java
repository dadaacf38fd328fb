package dev.kiln.webhook;

import dev.kiln.event.CompletionEvent;
import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Loop;
import dev.kiln.lifecycle.Role;
import dev.kiln.store.Doorbell;
import dev.kiln.store.DueWebhook;
import dev.kiln.store.StoreUnavailable;
import dev.kiln.store.WebhookStore;
import dev.kiln.tracing.Tracing;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Posts events to webhooks, each on a thread of its own, so many at a time and so many of them to
 * one host that a slow receiver holds up nobody else. An event is marked after the answer: one
 * whose process died in between is posted again, with the same id.
 */
@ApplicationScoped
class WebhookRelay {
    private static final Logger LOG = Logger.getLogger(WebhookRelay.class);
    private static final String STATUS = "http.response.status_code";

    private final WebhookStore store;
    private final WebhookRules rules;
    private final WebhookConfig config;
    private final KilnConfig kiln;
    private final Poster poster;
    private final Tracing tracing;
    private final InFlight inFlight;
    private final Schedule schedule;
    private final Doorbell bell = new Doorbell();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private boolean more;
    private @Nullable Loop loop;

    WebhookRelay(
            WebhookStore store,
            WebhookRules rules,
            WebhookConfig config,
            KilnConfig kiln,
            Poster poster,
            Tracing tracing) {
        this.store = store;
        this.rules = rules;
        this.config = config;
        this.kiln = kiln;
        this.poster = poster;
        this.tracing = tracing;
        this.inFlight = new InFlight(config.concurrency());
        this.schedule =
                new Schedule(config.schedule(), () -> ThreadLocalRandom.current().nextDouble());
    }

    void start(@Observes StartupEvent event) {
        if (config.concurrency() < 1 || config.perHost() < 1) {
            throw new IllegalArgumentException(
                    "kiln.webhooks.concurrency and .per-host must be at least 1: %d, %d"
                            .formatted(config.concurrency(), config.perHost()));
        }
        if (config.lease().compareTo(config.timeout()) <= 0) {
            throw new IllegalArgumentException(
                    "kiln.webhooks.lease must be longer than kiln.webhooks.timeout: %s, %s"
                            .formatted(config.lease(), config.timeout()));
        }
        if (kiln.roles().contains(Role.RELAY)) {
            loop = Loop.start("webhooks", this::awaitEvents, this::begin);
        }
    }

    /** Has what is due looked for at once, by this process if it posts. */
    void wake() {
        bell.ring();
    }

    private void awaitEvents() throws InterruptedException {
        if (!more) {
            bell.await(config.poll());
        }
    }

    private void begin() {
        int free = inFlight.free();
        more = false;
        if (free == 0) {
            return;
        }
        var due = store.claim(free, config.perHost(), inFlight.byHost(), config.lease());
        for (DueWebhook one : due) {
            inFlight.begin(one.host());
            threads.execute(() -> deliver(one));
        }
        more = !due.isEmpty();
    }

    private void deliver(DueWebhook due) {
        try {
            note(due, attempt(due));
        } catch (StoreUnavailable e) {
            LOG.warnf(
                    "jobId=%s webhook=%s attempt=%d outcome=not noted, it will be posted again: %s",
                    due.event().job(), due.host(), due.attempt(), e.getMessage());
        } catch (RuntimeException e) {
            LOG.errorf(
                    e,
                    "jobId=%s webhook=%s attempt=%d outcome=failed, it will be posted again",
                    due.event().job(),
                    due.host(),
                    due.attempt());
        } finally {
            inFlight.end(due.host());
            bell.ring();
        }
    }

    private Attempt attempt(DueWebhook due) {
        return rules.signature(due.event().tenant())
                .map(signature -> post(due, signature))
                .orElseGet(
                        () ->
                                new Attempt.Failed(
                                        null, "the tenant has no secret here any more", null));
    }

    private Attempt post(DueWebhook due, Signature signature) {
        var event = due.event();
        try (var step = tracing.posting(due.host(), due.attempt(), event)) {
            var attempt =
                    poster.post(
                            URI.create(due.url()),
                            CompletionEvent.id(event),
                            signature,
                            CompletionEvent.of(event),
                            step.asParent());
            switch (attempt) {
                case Attempt.Taken(int status) -> step.put(STATUS, status);
                case Attempt.Gone(int status) ->
                        step.put(STATUS, status).failed(String.valueOf(status));
                case Attempt.Failed(Integer status, _, _) when status != null ->
                        step.put(STATUS, status).failed(String.valueOf(status));
                case Attempt.Failed _ -> step.failed("no_answer");
            }
            return attempt;
        }
    }

    private void note(DueWebhook due, Attempt attempt) {
        switch (attempt) {
            case Attempt.Taken(int status) -> store.delivered(due, status);
            case Attempt.Gone(int status) ->
                    fail(due, status, "the receiver wants no more (410)", null);
            case Attempt.Failed(var status, var error, var after) ->
                    fail(
                            due,
                            status,
                            error,
                            schedule.after(due.failures() + 1, after).orElse(null));
        }
    }

    private void fail(
            DueWebhook due, @Nullable Integer status, String error, @Nullable Duration again) {
        store.failed(due, status, error, again);
        LOG.infof(
                "jobId=%s webhook=%s attempt=%d outcome=%s: %s",
                due.event().job(),
                due.host(),
                due.attempt(),
                again == null ? "given up" : "again in " + again.toSeconds() + " s",
                error);
    }

    /** What is under way may end; what is not noted by then is posted again by the next process. */
    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        if (loop != null) {
            loop.close();
        }
        threads.shutdown();
        if (!threads.awaitTermination(config.timeout().toMillis(), TimeUnit.MILLISECONDS)) {
            threads.shutdownNow();
        }
    }
}
