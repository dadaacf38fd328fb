package dev.kiln.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The table of docs/METRICS.md.
 *
 * @param types by metric
 * @param labels by metric
 */
public record MetricsDocument(Map<String, String> types, Map<String, Set<String>> labels) {
    private static final Pattern ROW =
            Pattern.compile(
                    "\\| `(kiln_\\w+)` \\| (\\w+) \\| (.*?) ?\\| (?:process|site) \\| .* \\|");
    private static final Pattern LABEL = Pattern.compile("`(\\w+)`");

    /** Reads it. */
    public static MetricsDocument read() {
        var types = new TreeMap<String, String>();
        var labels = new TreeMap<String, Set<String>>();
        for (String line : lines()) {
            if (line.startsWith("| `kiln_")) {
                var row = ROW.matcher(line);
                if (!row.matches()) {
                    throw new AssertionError("no row of a metric: " + line);
                }
                types.put(row.group(1), row.group(2));
                var names = new TreeSet<String>();
                LABEL.matcher(row.group(3)).results().forEach(label -> names.add(label.group(1)));
                labels.put(row.group(1), names);
            }
        }
        return new MetricsDocument(types, labels);
    }

    private static Iterable<String> lines() {
        try {
            return Files.readAllLines(Path.of("docs/METRICS.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
