package dev.kiln.cli.bench.queue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.cli.client.Json;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Windows of one kind.
 *
 * @param way {@code topic} or {@code backlog}
 * @param backlog how many jobs were queued when each began
 */
record Series(String way, int slots, int backlog, List<Window> windows, QueueSteps steps) {

    private int jobs() {
        return windows.stream().mapToInt(Window::jobs).sum();
    }

    /** Of all windows together, so that a slow one counts by its length. */
    private double perSecond() {
        return jobs() / windows.stream().mapToDouble(each -> each.took().toNanos() / 1e9).sum();
    }

    private long micros(Function<CpuMeter.Cpu, Duration> part) {
        long nanos = windows.stream().mapToLong(each -> part.apply(each.cpu()).toNanos()).sum();
        return Math.round(nanos / 1e3 / jobs());
    }

    ObjectNode json() {
        var json = Json.object().put("bench", "queue").put("way", way).put("slots", slots);
        json.put("backlog", backlog).put("jobs", jobs());
        json.put("jobs_per_second", Math.round(perSecond()));
        var each = json.putArray("windows_jobs_per_second");
        windows.forEach(window -> each.add(Math.round(window.perSecond())));
        json.putObject("cpu_micros_per_job")
                .put("kiln", micros(CpuMeter.Cpu::kiln))
                .put("postgres", micros(CpuMeter.Cpu::postgres))
                .put("broker_and_driver", micros(CpuMeter.Cpu::broker));
        json.set("steps", steps.json());
        return json;
    }

    String words() {
        return String.format(
                        Locale.ROOT,
                        "%s, %d slots%s: %.0f jobs/s (windows: %s); processor time a job: Kiln %d, Postgres %d, broker and driver %d us%n",
                        way,
                        slots,
                        backlog > 0 ? ", " + backlog + " queued" : "",
                        perSecond(),
                        String.join(
                                ", ",
                                windows.stream()
                                        .map(
                                                each ->
                                                        String.format(
                                                                Locale.ROOT,
                                                                "%.0f",
                                                                each.perSecond()))
                                        .toList()),
                        micros(CpuMeter.Cpu::kiln),
                        micros(CpuMeter.Cpu::postgres),
                        micros(CpuMeter.Cpu::broker))
                + steps.words();
    }
}
