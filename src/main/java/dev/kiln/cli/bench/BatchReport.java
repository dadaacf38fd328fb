package dev.kiln.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.terminal.Spans;
import dev.kiln.cli.terminal.Table;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What the benchmark of real work found.
 *
 * @param kiln what the machine spent on Kiln's jobs
 * @param minimal what it spent on the same work by docker-minimal
 * @param own what a program of each kind uses itself, in a job of its own
 * @param idle processors at work while Kiln had nothing to do: no part of what docker-minimal costs
 * @param concurrency how many containers docker-minimal ran at once
 */
record BatchReport(
        Bill kiln, Bill minimal, Map<MixedWork, Duration> own, double idle, int concurrency)
        implements Report {

    private static final double SHARE = 0.25;

    @Override
    public long failures() {
        return (long) kiln.failed() + minimal.failed();
    }

    /** In milliseconds a job: what Kiln's own processes and its servers use. */
    double ours() {
        return kiln.of(Bill.Item.JVM) + kiln.of(Bill.Item.KAFKA) + kiln.of(Bill.Item.POSTGRES);
    }

    /** In milliseconds a job: all that docker-minimal costs besides the programs. */
    double theirs() {
        double idling = idle * Figures.seconds(minimal.took()) * 1000;
        return minimal.overhead() - Figures.ratio(idling, minimal.jobs());
    }

    /** On a host that is busy with other things Docker's part may not be made out. */
    List<Goal> goals() {
        return List.of(
                Goal.atMost(
                        "(JVM + Kafka + Postgres) / docker-minimal's overhead",
                        theirs() > 0 ? ours() / theirs() : Double.NaN,
                        "x",
                        SHARE));
    }

    @Override
    public String inWords(int columns) {
        var table = new Table("CPU ms A JOB", "KILN", "DOCKER-MINIMAL");
        table.add("the whole machine", number(kiln.machine()), number(minimal.machine()));
        table.add("the programs themselves", number(kiln.programs()), number(minimal.programs()));
        table.add("overhead", number(kiln.overhead()), number(minimal.overhead()));
        for (var item : Bill.Item.values()) {
            table.add("  " + item.words(), number(kiln.of(item)), number(minimal.of(item)));
        }
        table.add("jobs a second", number(kiln.jobsPerSecond()), number(minimal.jobsPerSecond()));
        table.add("jobs", kiln.jobs() + "", minimal.jobs() + "");
        table.add("failed", kiln.failed() + "", minimal.failed() + "");
        return table.render(columns)
                + "a program itself, alone: %s%n".formatted(programs())
                + String.format(
                        Locale.ROOT,
                        "docker-minimal ran %d at once beside a Kiln that idled at %.2f cpus, which the ratio leaves out: %.1f ms a job%n%n",
                        concurrency,
                        idle,
                        theirs())
                + Goal.table(goals(), columns);
    }

    private String programs() {
        return new TreeMap<>(own)
                .entrySet().stream()
                        .map(each -> each.getKey().language() + " " + Spans.of(each.getValue()))
                        .collect(Collectors.joining(", "));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    @Override
    public ObjectNode json() {
        var json = Json.object().put("concurrency", concurrency);
        var programs = json.putObject("program_cpu_ms");
        new TreeMap<>(own)
                .forEach((kind, time) -> programs.put(kind.language(), Figures.millis(time)));
        json.putArray("contenders").add(kiln.json("kiln")).add(minimal.json("docker-minimal"));
        json.put("kiln_ms_per_job", Figures.round(ours(), 2));
        json.put("minimal_ms_per_job", Figures.round(theirs(), 2));
        Goal.json(goals(), json.putArray("targets"));
        return json;
    }
}
