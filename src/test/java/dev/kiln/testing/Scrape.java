package dev.kiln.testing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a scrape of a server has: a strict reader of OpenMetrics and of Prometheus' text format.
 *
 * @param types of each family, by its name
 * @param samples by name and labels as they are written, without spaces: {@code a_total{b="c"}}
 */
public record Scrape(Map<String, String> types, Map<String, Double> samples) {
    private static final Pattern SAMPLE =
            Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\",?");

    /** Reads what the server says now. */
    public static Scrape of(KilnProcess kiln) {
        var answer = kiln.get("/q/metrics");
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer.statusCode() + ": " + answer.body());
        }
        return parse(answer.body());
    }

    static Scrape parse(String text) {
        Map<String, String> types = new TreeMap<>();
        Map<String, Double> samples = new LinkedHashMap<>();
        for (String line : text.split("\n")) {
            if (line.startsWith("# TYPE ")) {
                String[] words = line.split(" ");
                types.put(family(words[2], words[3]), words[3]);
            } else if (!line.startsWith("#") && !line.isBlank()) {
                Matcher sample = SAMPLE.matcher(line);
                if (!sample.matches()) {
                    throw new AssertionError("no sample: " + line);
                }
                samples.put(series(sample.group(1), sample.group(2)), number(sample.group(3)));
            }
        }
        return new Scrape(types, samples);
    }

    /** OpenMetrics, which whoever asks for no format gets, names counters without their ending. */
    private static String family(String name, String type) {
        return type.equals("counter") && !name.endsWith("_total") ? name + "_total" : name;
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    private static String series(String name, String labels) {
        if (labels == null || labels.isBlank()) {
            return name;
        }
        List<String> each = new ArrayList<>();
        labels(labels).forEach((label, value) -> each.add(label + "=\"" + value + "\""));
        return name + "{" + String.join(",", each) + "}";
    }

    private static Map<String, String> labels(String text) {
        Map<String, String> labels = new TreeMap<>();
        Matcher label = LABEL.matcher(text);
        int end = 0;
        while (label.find() && label.start() == end) {
            labels.put(label.group(1), label.group(2));
            end = label.end();
        }
        if (end != text.length()) {
            throw new AssertionError("no labels: " + text);
        }
        return labels;
    }

    /** The sample of that name and labels, in the order of their names; 0 where there is none. */
    public double value(String series) {
        return samples.getOrDefault(series, 0.0);
    }

    /** The names of all samples. */
    public Set<String> names() {
        Set<String> names = new TreeSet<>();
        samples.keySet().forEach(series -> names.add(series.replaceFirst("\\{.*", "")));
        return names;
    }

    /** The labels that samples of this name have, each with its values. */
    public Map<String, Set<String>> labelsOf(String name) {
        Map<String, Set<String>> values = new TreeMap<>();
        for (String series : samples.keySet()) {
            if (series.startsWith(name + "{")) {
                String inner = series.substring(name.length() + 1, series.length() - 1);
                labels(inner)
                        .forEach(
                                (label, value) ->
                                        values.computeIfAbsent(label, _ -> new TreeSet<>())
                                                .add(value));
            }
        }
        return values;
    }

    /** What has grown since an earlier one, counters and histograms' counts alone. */
    public Map<String, Double> growthSince(Scrape earlier, String prefix) {
        Map<String, Double> growth = new HashMap<>();
        samples.forEach(
                (series, value) -> {
                    boolean counts =
                            series.matches("[^{]*_total(\\{.*)?")
                                    || series.matches("[^{]*_count(\\{.*)?");
                    double more = value - earlier.value(series);
                    if (series.startsWith(prefix) && counts && more != 0) {
                        growth.put(series, more);
                    }
                });
        return growth;
    }
}
