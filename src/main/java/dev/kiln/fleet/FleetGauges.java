package dev.kiln.fleet;

import dev.kiln.job.Lack;
import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Loop;
import dev.kiln.lifecycle.Role;
import dev.kiln.store.Backlogs;
import dev.kiln.store.DemandStore;
import dev.kiln.store.QueueStore;
import dev.kiln.store.WorkerStore;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the whole site has of live workers, jobs that run, jobs that no live worker can run, and of
 * what waits. Counted every few seconds, not at every scrape: many may scrape. They are the same in
 * every process; one that cannot count shows no number rather than an old one.
 */
@ApplicationScoped
class FleetGauges {
    private final WorkerStore workers;
    private final DemandStore demands;
    private final QueueStore queue;
    private final Backlogs backlogs;
    private final FleetConfig config;
    private final KilnConfig kiln;
    private volatile @Nullable Sample last;
    private @Nullable Loop loop;

    private record Sample(
            int workers, Map<Lack, Long> unrunnable, int running, Backlogs.Waiting waiting) {}

    FleetGauges(
            WorkerStore workers,
            DemandStore demands,
            QueueStore queue,
            Backlogs backlogs,
            FleetConfig config,
            KilnConfig kiln) {
        this.workers = workers;
        this.demands = demands;
        this.queue = queue;
        this.backlogs = backlogs;
        this.config = config;
        this.kiln = kiln;
    }

    void start(@Observes StartupEvent event, MeterRegistry registry) {
        if (!kiln.roles().contains(Role.API)) {
            return;
        }
        Gauge.builder("kiln.workers.live", this, latest(Sample::workers))
                .description("Workers that were heard of within a lease")
                .register(registry);
        Gauge.builder("kiln.jobs.running", this, latest(Sample::running))
                .description("Jobs of the site that run")
                .register(registry);
        showWaiting(registry);
        for (Lack lack : Lack.values()) {
            Gauge.builder(
                            "kiln.jobs.unrunnable",
                            this,
                            latest(s -> s.unrunnable().getOrDefault(lack, 0L)))
                    .tag("reason", lack.wireName())
                    .description("Queued jobs that no live worker can run, by what is lacking")
                    .register(registry);
        }
        loop = Loop.start("fleet-gauges", () -> Thread.sleep(config.sample()), this::sample);
    }

    private void showWaiting(MeterRegistry registry) {
        Gauge.builder("kiln.queue.age.seconds", this, seconds(Backlogs.Waiting::nextJob))
                .description(
                        "For how long the next job of a line has been waiting, in the line where that is longest")
                .register(registry);
        Gauge.builder("kiln.outbox.age.seconds", this, seconds(Backlogs.Waiting::oldestEvent))
                .description("For how long the oldest completion event has been waiting for Kafka")
                .register(registry);
        Gauge.builder("kiln.webhooks.pending", this, latest(s -> s.waiting().webhooks()))
                .description("Events that are still to be posted to webhooks")
                .register(registry);
        Gauge.builder(
                        "kiln.webhooks.overdue.seconds",
                        this,
                        seconds(Backlogs.Waiting::webhooksOverdue))
                .description("For how long the delivery has been due that has been it longest")
                .register(registry);
    }

    private static ToDoubleFunction<FleetGauges> seconds(
            Function<Backlogs.Waiting, Duration> span) {
        return latest(sample -> span.apply(sample.waiting()).toMillis() / 1e3);
    }

    private static ToDoubleFunction<FleetGauges> latest(ToDoubleFunction<Sample> number) {
        return gauges -> {
            Sample sample = gauges.last;
            return sample == null ? Double.NaN : number.applyAsDouble(sample);
        };
    }

    private void sample() {
        try {
            last =
                    new Sample(
                            workers.live(), demands.unrunnable(), queue.running(), backlogs.read());
        } catch (RuntimeException e) {
            // Whatever it was: an old number would look like a good one.
            last = null;
            throw e;
        }
    }

    void stop(@Observes ShutdownEvent event) {
        if (loop != null) {
            loop.close();
        }
    }
}
