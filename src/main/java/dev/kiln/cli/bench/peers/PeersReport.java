package dev.kiln.cli.bench.peers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.cli.bench.peers.Plan.Setting;
import dev.kiln.cli.bench.peers.Results.Run;
import dev.kiln.cli.client.Json;
import dev.kiln.cli.terminal.Table;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What was measured, told. */
record PeersReport(Host host, Results results) {

    /** For people: a table a setting, and what must be known to compare. */
    String inWords(int columns) {
        var text = new StringBuilder();
        var plan = results.plan();
        text.append(
                format(
                        "Burn-down of jobs that are queued already: %,d jobs a window, %d windows each, by turns.%n",
                        plan.jobs(), plan.windows()));
        for (Setting setting : plan.settings()) {
            text.append(
                    format(
                            "%n%d at once, peers' handlers: %s%n",
                            setting.concurrency(), inWords(setting.handler())));
            text.append(table(setting, columns));
        }
        text.append(
                format(
                        "%nhost: %d cpus, %d GiB, Linux %s, Java %s, load %.1f before; Kiln at %s%npostgres: %s%n",
                        host.cpus(),
                        host.memoryBytes() >> 30,
                        host.kernel(),
                        host.java(),
                        host.load(),
                        host.commit(),
                        inWords(host.postgres())));
        return text.toString();
    }

    private String table(Setting setting, int columns) {
        var table = new Table("SYSTEM", "VERSION", "JOBS/S", "KILN IS", "WINDOWS", "SETTINGS");
        for (Contender contender : results.plan().contenders()) {
            var run = new Run(setting, contender);
            var facts = results.factsOf(run);
            table.add(
                    contender.label(),
                    facts.version(),
                    format("%,.0f", results.median(run)),
                    contender == Contender.KILN ? "" : ratio(results.kilnOver(run)),
                    results.rates(run).stream()
                            .map(rate -> format("%.0f", rate))
                            .collect(Collectors.joining(" ")),
                    inWords(facts.settings()));
        }
        return table.render(columns);
    }

    private static String inWords(Handler handler) {
        return switch (handler) {
            case NOOP -> "nothing (Kiln writes its result row)";
            case INSERT -> "one result row, as Kiln's";
        };
    }

    private static String ratio(OptionalDouble ratio) {
        return ratio.isPresent() ? format("%.2f x", ratio.getAsDouble()) : "";
    }

    private static String inWords(Map<String, String> settings) {
        return new TreeMap<>(settings)
                .entrySet().stream()
                        .map(each -> each.getKey() + "=" + each.getValue())
                        .collect(Collectors.joining(" "));
    }

    /** For scripts: a line for the machine, one for each window, one for each median. */
    List<ObjectNode> json() {
        return Stream.of(
                        Stream.of(hostLine()),
                        results.windows().stream().map(PeersReport::windowLine),
                        results.plan().settings().stream().flatMap(this::summaries))
                .flatMap(lines -> lines)
                .toList();
    }

    private ObjectNode hostLine() {
        var plan = results.plan();
        var json = line("run").put("commit", host.commit()).put("jobs", plan.jobs());
        json.put("warm_up", plan.warmUp()).put("windows", plan.windows());
        json.putObject("host")
                .put("cpus", host.cpus())
                .put("memory_bytes", host.memoryBytes())
                .put("kernel", host.kernel())
                .put("java", host.java())
                .put("load", host.load());
        put(json.putObject("postgres"), host.postgres());
        return json;
    }

    private static ObjectNode windowLine(Window window) {
        var json = setting("window", window.setting(), window.contender());
        return json.put("window", window.number())
                .put("jobs", window.jobs())
                .put("seconds", window.nanos() / 1e9)
                .put("jobs_per_second", rounded(window.jobsPerSecond(), 1));
    }

    private Stream<ObjectNode> summaries(Setting setting) {
        return results.plan().contenders().stream().map(each -> summary(new Run(setting, each)));
    }

    private ObjectNode summary(Run run) {
        var facts = results.factsOf(run);
        var json = setting("median", run.setting(), run.contender());
        json.put("version", facts.version());
        put(json.putObject("settings"), facts.settings());
        json.put("jobs_per_second", rounded(results.median(run), 1));
        if (run.contender() != Contender.KILN) {
            results.kilnOver(run).ifPresent(ratio -> json.put("kiln_over_this", rounded(ratio, 3)));
        }
        return json;
    }

    private static ObjectNode line(String kind) {
        return Json.object().put("bench", "peers").put("line", kind);
    }

    private static ObjectNode setting(String kind, Setting setting, Contender contender) {
        return line(kind)
                .put("handler", setting.handler().label())
                .put("concurrency", setting.concurrency())
                .put("system", contender.label());
    }

    private static void put(ObjectNode json, Map<String, String> values) {
        new TreeMap<>(values).forEach(json::put);
    }

    private static double rounded(double value, int digits) {
        double scale = Math.pow(10, digits);
        return Math.round(value * scale) / scale;
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
