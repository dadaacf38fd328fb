package dev.kiln.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.terminal.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What the benchmark of latencies found.
 *
 * @param paced Kiln over HTTP at the rate that was asked for
 * @param backToBack Kiln over HTTP, each job as soon as the one before has ended
 * @param topic Kiln by its topics, paced, where the broker is known
 * @param oneshot Docker alone, one container after the other
 * @param rate jobs per second of what is paced
 * @param blocks in how many pieces they alternated
 * @param how the end of a job over HTTP was seen
 */
record LatencyReport(
        Series paced,
        Series backToBack,
        Optional<Series> topic,
        Series oneshot,
        double rate,
        int blocks,
        String how)
        implements Report {

    private static final double P50_MS = 25;
    private static final double P99_MS = 120;
    private static final double TOPIC_P50_MS = 50;
    private static final double TIMES_FASTER = 15;

    private List<Series> all() {
        var all = new ArrayList<>(List.of(paced, backToBack));
        topic.ifPresent(all::add);
        all.add(oneshot);
        return all;
    }

    @Override
    public long failures() {
        return all().stream().mapToInt(Series::failed).sum();
    }

    /** How many times as long docker-oneshot takes, at its median. */
    private double timesOf(Series series) {
        return Figures.ratio(p50(oneshot), p50(series));
    }

    private static double p50(Series series) {
        return Figures.millis(series.sample().percentile(50));
    }

    List<Goal> goals() {
        var goals = new ArrayList<Goal>();
        goals.add(Goal.atMost("paced, p50", p50(paced), "ms", P50_MS));
        double p99 = Figures.millis(paced.sample().percentile(99));
        goals.add(Goal.atMost("paced, p99", p99, "ms", P99_MS));
        goals.add(Goal.atLeast("docker-oneshot / paced, p50", timesOf(paced), "x", TIMES_FASTER));
        topic.ifPresent(
                by -> goals.add(Goal.atMost("topic to topic, p50", p50(by), "ms", TOPIC_P50_MS)));
        return goals;
    }

    @Override
    public String inWords(int columns) {
        var table =
                new Table("LATENCY (ms)", "JOBS", "FAILED", "P50", "P90", "P99", "MAX", "TIMES");
        for (var series : all()) {
            var sample = series.sample();
            table.add(
                    series.name(),
                    String.valueOf(series.jobs()),
                    String.valueOf(series.failed()),
                    String.valueOf(Figures.millis(sample.percentile(50))),
                    String.valueOf(Figures.millis(sample.percentile(90))),
                    String.valueOf(Figures.millis(sample.percentile(99))),
                    String.valueOf(Figures.millis(sample.percentile(100))),
                    String.format(Locale.ROOT, "%.2f x faster", timesOf(series)));
        }
        return table.render(columns)
                + "hello jobs one at a time, in %d blocks by turns; ends over HTTP seen %s; times: p50 against docker-oneshot's%n%n"
                        .formatted(blocks, how)
                + Goal.table(goals(), columns)
                + (topic.isPresent()
                        ? ""
                        : "the topics were not measured: name the broker with --kafka\n");
    }

    @Override
    public ObjectNode json() {
        var json = Json.object().put("rate", rate).put("blocks", blocks).put("seen", how);
        var figures = json.putArray("latency_ms");
        all().forEach(each -> figures.add(each.json()));
        var ratios = json.putObject("oneshot_to_kiln_p50");
        ratios.put("paced", Figures.round(timesOf(paced), 3));
        ratios.put("back_to_back", Figures.round(timesOf(backToBack), 3));
        topic.ifPresent(by -> ratios.put("topic", Figures.round(timesOf(by), 3)));
        Goal.json(goals(), json.putArray("targets"));
        return json;
    }
}
