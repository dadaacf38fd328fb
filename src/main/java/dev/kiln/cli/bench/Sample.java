package dev.kiln.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.cli.client.Json;
import java.time.Duration;
import java.util.List;

/** Lengths of time, measured. */
record Sample(List<Duration> sorted) {

    Sample {
        sorted = sorted.stream().sorted().toList();
    }

    /** The smallest one that this share of all do not exceed (nearest rank). */
    Duration percentile(double percent) {
        if (sorted.isEmpty()) {
            return Duration.ZERO;
        }
        int rank = (int) Math.ceil(percent / 100 * sorted.size());
        return sorted.get(Math.max(1, rank) - 1);
    }

    /** Those that are usually told. */
    ObjectNode json() {
        return Json.object()
                .put("p50", Figures.millis(percentile(50)))
                .put("p90", Figures.millis(percentile(90)))
                .put("p99", Figures.millis(percentile(99)))
                .put("max", Figures.millis(percentile(100)));
    }
}
