package dev.kiln.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.terminal.Table;
import java.util.List;
import java.util.Locale;

/**
 * What the benchmark of throughput found.
 *
 * @param kiln Kiln with its queue full
 * @param oneshot the usual Docker sandbox
 * @param minimal the leanest one
 * @param left what a Kiln that has nothing to do leaves the others of the processors, 0 to 1
 */
record ThroughputReport(Standing kiln, Standing oneshot, Standing minimal, double left)
        implements Report {

    private static final double TIMES_ONESHOT = 1.15;
    private static final double TIMES_MINIMAL = 0.85;

    private List<Standing> all() {
        return List.of(kiln, oneshot, minimal);
    }

    @Override
    public long failures() {
        return all().stream().mapToInt(Standing::failed).sum();
    }

    /** Against another one as if it had had the machine for itself. */
    private double times(Standing other) {
        return Figures.ratio(kiln.jobsPerSecond() * left, other.jobsPerSecond());
    }

    List<Goal> goals() {
        return List.of(
                Goal.atLeast("jobs/s, kiln / docker-oneshot", times(oneshot), "x", TIMES_ONESHOT),
                Goal.atLeast("jobs/s, kiln / docker-minimal", times(minimal), "x", TIMES_MINIMAL));
    }

    @Override
    public String inWords(int columns) {
        var table = new Table("THROUGHPUT", "AT ONCE", "FAILED", "JOBS/S", "CPU S/JOB", "WINDOWS");
        for (var each : all()) {
            table.add(
                    each.name(),
                    each.concurrency().map(found -> String.valueOf(found.best())).orElse("slots"),
                    String.valueOf(each.failed()),
                    number(each.jobsPerSecond()),
                    number(each.cpuPerJob()),
                    String.join(
                            ", ",
                            each.passes().stream()
                                    .map(pass -> number(pass.jobsPerSecond()))
                                    .toList()));
        }
        return table.render(columns)
                + String.format(
                        Locale.ROOT,
                        "hello jobs, %d a window; medians of the windows; CPU of the whole machine by /proc/stat; the others had %.0f %% of it, an idle Kiln the rest, for which the ratios allow%n%n",
                        kiln.passes().getFirst().jobs(),
                        left * 100)
                + Goal.table(goals(), columns);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    @Override
    public ObjectNode json() {
        var json = Json.object();
        var contenders = json.putArray("contenders");
        all().forEach(each -> contenders.add(each.json()));
        json.put("left_by_idle_kiln", Figures.round(left, 4));
        json.putObject("jobs_per_second_ratio")
                .put("kiln_to_oneshot", Figures.round(times(oneshot), 3))
                .put("kiln_to_minimal", Figures.round(times(minimal), 3));
        json.putObject("cpu_ratio")
                .put(
                        "kiln_to_oneshot",
                        Figures.round(Figures.ratio(kiln.cpuPerJob(), oneshot.cpuPerJob()), 3))
                .put(
                        "kiln_to_minimal",
                        Figures.round(Figures.ratio(kiln.cpuPerJob(), minimal.cpuPerJob()), 3));
        Goal.json(goals(), json.putArray("targets"));
        return json;
    }
}
