package dev.kiln.run;

import dev.kiln.lifecycle.KilnConfig;
import dev.kiln.lifecycle.Role;
import dev.kiln.metrics.Gauges;
import dev.kiln.sandbox.Sandbox;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** This worker's slots, sandboxes and standing, for the metrics. */
@ApplicationScoped
class WorkerGauges {
    private final JobsInHand hand;
    private final Standing standing;
    private final Sandbox sandbox;
    private final KilnConfig kiln;

    WorkerGauges(JobsInHand hand, Standing standing, Sandbox sandbox, KilnConfig kiln) {
        this.hand = hand;
        this.standing = standing;
        this.sandbox = sandbox;
        this.kiln = kiln;
    }

    void start(@Observes StartupEvent event, Gauges gauges) {
        if (kiln.roles().contains(Role.WORKER)) {
            showSlots(gauges, hand.slots());
            gauges.gauge(
                    "kiln.worker.line",
                    "Jobs that were claimed ahead and wait here for a slot",
                    hand::waiting);
            showSandboxes(gauges);
            gauges.flag(
                    "kiln.worker.ready",
                    "1 while this worker can run programs",
                    () -> standing.trouble().isEmpty());
            gauges.flag(
                    "kiln.worker.cordoned",
                    "1 while an operator keeps this worker from claiming",
                    standing::cordoned);
            gauges.gauge(
                    "kiln.worker.languages.lacking",
                    "Configured languages that this worker cannot run now",
                    () -> standing.lacking().size());
        }
    }

    private static void showSlots(Gauges gauges, Slots slots) {
        gauges.gauge("kiln.worker.slots", "Jobs that may run here at once", slots::total);
        gauges.gauge(
                "kiln.worker.slots.taken",
                "Jobs that run here now",
                () -> slots.total() - slots.free());
        gauges.gauge(
                "kiln.worker.memory.bytes",
                "What all running jobs' memory limits may come to",
                slots::memory);
        gauges.gauge(
                "kiln.worker.memory.promised.bytes",
                "What all running jobs' memory limits come to",
                () -> slots.memory() - slots.freeMemory());
    }

    private void showSandboxes(Gauges gauges) {
        gauges.gauge(
                "kiln.pool.waiting",
                "Containers that wait for jobs",
                () -> sandbox.statistics().waiting());
        gauges.counter(
                "kiln.pool.hits",
                "Jobs that got a container that had waited or was being started",
                () -> sandbox.statistics().served());
        gauges.counter(
                "kiln.pool.misses",
                "Jobs that could have had one and for which none was there",
                () -> sandbox.statistics().missed());
        gauges.gauge(
                "kiln.containers.leaked",
                "Containers that are nobody's and that the last sweep could not remove",
                () -> sandbox.statistics().leaked());
        gauges.counter(
                "kiln.containers.orphaned",
                "Containers that were nobody's and were removed by a sweep",
                () -> sandbox.statistics().removed());
    }
}
