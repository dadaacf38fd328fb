package dev.kiln.intake;

import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Role;
import dev.kiln.metrics.Gauges;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.eclipse.microprofile.health.Liveness;

/** How the doors stand, for the metrics. */
@ApplicationScoped
class IntakeGauges {
    private final QueueGauge queue;
    private final ChannelProgress channel;
    private final KilnConfig kiln;

    IntakeGauges(QueueGauge queue, @Liveness ChannelProgress channel, KilnConfig kiln) {
        this.queue = queue;
        this.channel = channel;
        this.kiln = kiln;
    }

    void start(@Observes StartupEvent event, Gauges gauges) {
        boolean intake = kiln.roles().contains(Role.INTAKE);
        if (intake || kiln.roles().contains(Role.API)) {
            gauges.gauge(
                    "kiln.jobs.runnable",
                    "Jobs of the site that could be run now, counted up to kiln.intake.max-queued",
                    queue::runnable);
            gauges.flag(
                    "kiln.intake.paused",
                    "1 while the doors are closed because too many jobs wait",
                    queue::full);
        }
        if (intake) {
            gauges.gauge(
                    "kiln.intake.lag.records",
                    "Records of this process' partitions that it has not taken yet",
                    channel::lag);
        }
    }
}
