package dev.kiln.fleet;

import dev.kiln.job.Lack;
import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Loop;
import dev.kiln.lifecycle.Role;
import dev.kiln.store.DemandStore;
import dev.kiln.store.OutboxStore;
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
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the whole site has of live workers, jobs that run, jobs that no live worker can run, and
 * events that wait. Counted every few seconds, not at every scrape: many may scrape. They are the
 * same in every process; one that cannot count shows no number rather than an old one.
 */
@ApplicationScoped
class FleetGauges {
    private final WorkerStore workers;
    private final DemandStore demands;
    private final QueueStore queue;
    private final OutboxStore outbox;
    private final FleetConfig config;
    private final KilnConfig kiln;
    private volatile @Nullable Sample last;
    private @Nullable Loop loop;

    private record Sample(
            int workers, Map<Lack, Long> unrunnable, int running, Duration oldestEvent) {}

    FleetGauges(
            WorkerStore workers,
            DemandStore demands,
            QueueStore queue,
            OutboxStore outbox,
            FleetConfig config,
            KilnConfig kiln) {
        this.workers = workers;
        this.demands = demands;
        this.queue = queue;
        this.outbox = outbox;
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
        Gauge.builder(
                        "kiln.outbox.age.seconds",
                        this,
                        latest(s -> s.oldestEvent().toMillis() / 1e3))
                .description("For how long the oldest completion event has been waiting for Kafka")
                .register(registry);
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
                            workers.live(), demands.unrunnable(), queue.running(), outbox.oldest());
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
