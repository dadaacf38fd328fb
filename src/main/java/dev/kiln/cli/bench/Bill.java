package dev.kiln.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.bench.host.Part;
import dev.kiln.bench.host.Usage;
import dev.kiln.cli.client.Json;
import java.time.Duration;
import java.util.Locale;

/**
 * What the machine spent on a number of jobs, and who spent it.
 *
 * @param jobs that were measured
 * @param failed how many of all that were run did not do what they are there for
 * @param took how long the measured ones took
 * @param usage what was used meanwhile
 * @param own what the programs of the measured jobs used themselves
 */
record Bill(int jobs, int failed, Duration took, Usage usage, Duration own) {

    static final Bill NONE = new Bill(0, 0, Duration.ZERO, Usage.NONE, Duration.ZERO);

    /** What is not the programs' own, under the names that reports have for it. */
    enum Item {
        GVISOR("gVisor: sandboxes"),
        RUNSC("gVisor: runsc commands"),
        SHIMS("Docker: shims"),
        ENGINE("Docker: dockerd, containerd"),
        JVM("Kiln server (JVM)"),
        KAFKA("Kafka"),
        POSTGRES("Postgres"),
        CLIENT("the benchmark's client"),
        REST("other: kernel, unseen ends");

        private final String words;

        Item(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }

        String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** This one and another together. */
    Bill plus(Bill other) {
        return new Bill(
                jobs + other.jobs,
                failed + other.failed,
                took.plus(other.took),
                usage.plus(other.usage),
                own.plus(other.own));
    }

    /** The same with another account of what the programs used themselves. */
    Bill withOwn(Duration time) {
        return new Bill(jobs, failed, took, usage, time);
    }

    /** In milliseconds a job: everything that the machine did, the programs included. */
    double machine() {
        return perJob(usage.machine());
    }

    /** In milliseconds a job: what the programs did themselves. */
    double programs() {
        return perJob(own);
    }

    /** In milliseconds a job: all that is not the programs' own. */
    double overhead() {
        return machine() - programs();
    }

    /** In milliseconds a job; what the sandboxes used is the programs' own but for the rest. */
    double of(Item item) {
        return perJob(
                switch (item) {
                    case GVISOR ->
                            sandboxesKnown() ? usage.of(Part.SANDBOXES).minus(own) : Duration.ZERO;
                    case RUNSC -> usage.of(Part.RUNSC_COMMANDS);
                    case SHIMS -> usage.of(Part.SHIMS);
                    case ENGINE -> usage.of(Part.ENGINE);
                    case JVM -> usage.of(Part.SERVER);
                    case KAFKA -> usage.of(Part.KAFKA);
                    case POSTGRES -> usage.of(Part.POSTGRES);
                    case CLIENT -> usage.of(Part.CLIENT);
                    case REST -> sandboxesKnown() ? usage.rest() : usage.rest().minus(own);
                });
    }

    /** Without cgroups of their own sandboxes are part of the rest. */
    private boolean sandboxesKnown() {
        return usage.parts().containsKey(Part.SANDBOXES);
    }

    private double perJob(Duration time) {
        return Figures.ratio(time.toNanos() / 1e6, jobs);
    }

    double jobsPerSecond() {
        return Figures.ratio(jobs, Figures.seconds(took));
    }

    ObjectNode json(String name) {
        var json = Json.object().put("name", name).put("jobs", jobs).put("failed", failed);
        json.put("seconds", Figures.round(Figures.seconds(took), 3));
        json.put("jobs_per_second", Figures.round(jobsPerSecond(), 3));
        var cpu = json.putObject("cpu_ms_per_job");
        cpu.put("machine", Figures.round(machine(), 2));
        cpu.put("programs", Figures.round(programs(), 2));
        cpu.put("overhead", Figures.round(overhead(), 2));
        for (var item : Item.values()) {
            cpu.put(item.key(), Figures.round(of(item), 2));
        }
        return json;
    }

    /** Of one window of so many jobs; what the programs used themselves is not in it yet. */
    static Bill of(Window<Look> window, int jobs) {
        var first = window.first().orElseThrow();
        var last = window.last().orElseThrow();
        return new Bill(
                jobs,
                window.failed(),
                Duration.ofNanos(last.nanos() - first.nanos()),
                last.usage().since(first.usage()),
                Duration.ZERO);
    }

    /**
     * A look at the accounts.
     *
     * @param nanos when, on this JVM's clock
     * @param usage what has been used up to then
     */
    record Look(long nanos, Usage usage) {}
}
