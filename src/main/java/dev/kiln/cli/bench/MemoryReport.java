package dev.kiln.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.terminal.Table;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What the benchmark of memory found.
 *
 * @param slots of the worker; 0 where somebody else has started it
 * @param jobs that were the load
 * @param failed how many of them did not do what they are there for
 * @param peak the most that the worker had resident meanwhile, in bytes
 * @param idle what it had when there was nothing to do any more
 * @param waiting the sandboxes that were there then
 */
record MemoryReport(
        int slots, int jobs, int failed, long peak, long idle, List<WaitingSandbox> waiting)
        implements Report {

    private static final double WORKER_MB = 350;

    @Override
    public long failures() {
        return failed;
    }

    List<Goal> goals() {
        return List.of(
                Goal.atMost("worker under load, RSS", Figures.megabytes(peak), "MB", WORKER_MB));
    }

    /** The median of those that wait, in millions of bytes. */
    private double median(ToLongFunction<WaitingSandbox> figure) {
        return Figures.round(
                Figures.median(
                        waiting.stream()
                                .map(each -> Figures.megabytes(figure.applyAsLong(each)))
                                .toList()),
                1);
    }

    @Override
    public String inWords(int columns) {
        var table = new Table("MEMORY", "MB");
        table.add("worker under load, RSS", String.valueOf(Figures.megabytes(peak)));
        table.add("worker with nothing to do, RSS", String.valueOf(Figures.megabytes(idle)));
        table.add("sandboxes that wait", String.valueOf(waiting.size()));
        if (!waiting.isEmpty()) {
            table.add("each of them", String.valueOf(median(WaitingSandbox::bytes)));
            table.add("  its cgroup", String.valueOf(median(WaitingSandbox::charged)));
            table.add("  its processes, PSS", String.valueOf(median(WaitingSandbox::proportional)));
            table.add("  its shim, PSS", String.valueOf(median(WaitingSandbox::shim)));
        }
        return table.render(columns)
                + "%d hello jobs, %s slots, %d failed; MB are millions of bytes%n%n"
                        .formatted(jobs, slots == 0 ? "its own" : String.valueOf(slots), failed)
                + Goal.table(goals(), columns);
    }

    @Override
    public ObjectNode json() {
        var json = Json.object().put("jobs", jobs).put("failed", failed);
        if (slots > 0) {
            json.put("slots", slots);
        }
        json.put("worker_peak_rss_bytes", peak).put("worker_idle_rss_bytes", idle);
        var sandboxes = json.putArray("waiting_sandboxes");
        waiting.forEach(each -> sandboxes.add(each.json()));
        json.put("waiting_sandbox_mb", median(WaitingSandbox::bytes));
        Goal.json(goals(), json.putArray("targets"));
        return json;
    }
}
