package dev.kiln.cli.bench.queue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.cli.client.Json;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What claims cost in one situation.
 *
 * @param rows jobs in the line
 * @param tenants whose they are
 * @param situation what else there is
 * @param size jobs in a claim
 * @param took each claim from the statement's start to its last row, without the commit; ascending
 * @param first a claim in tables that were just put in order
 * @param last a claim after all the others
 * @param load of the host while they were made; negative where that is not known
 * @param text the plan for people, of the last one
 */
record ClaimCost(
        int rows,
        int tenants,
        Situation situation,
        int size,
        List<Duration> took,
        ClaimPlan first,
        ClaimPlan last,
        double load,
        String text) {

    /** What there is besides jobs in the line. */
    enum Situation {
        /** Nothing. */
        LINE("in line"),
        /**
         * As many again that were put off or wait for their tenant's cap, all of a higher priority.
         */
        BESIDE("others beside"),
        /** At the head jobs that came back after a fault, and wait for their next attempt. */
        RETRIED("head retried");

        private final String words;

        Situation(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    ClaimCost {
        took = took.stream().sorted().toList();
    }

    /** The smallest time, in milliseconds, that this share of all do not exceed (nearest rank). */
    private double millis(double percent) {
        int rank = (int) Math.ceil(percent / 100 * took.size());
        return Math.round(took.get(Math.max(1, rank) - 1).toNanos() / 1e4) / 100.0;
    }

    /** Of all its plans. */
    String scans() {
        return String.join(", ", last.scans());
    }

    ObjectNode json() {
        var json =
                Json.object()
                        .put("bench", "claim")
                        .put("rows", rows)
                        .put("tenants", tenants)
                        .put("situation", situation.name().toLowerCase(Locale.ROOT))
                        .put("claims", took.size())
                        .put("jobs_each", size)
                        .put("ms_p50", millis(50))
                        .put("ms_p99", millis(99))
                        .put("ms_max", millis(100));
        json.set("first", plan(first));
        json.set("last", plan(last));
        return load < 0 ? json : json.put("load", Math.round(load * 10) / 10.0);
    }

    private static ObjectNode plan(ClaimPlan plan) {
        var json =
                Json.object()
                        .put("buffers_hit", plan.hit())
                        .put("buffers_read", plan.read())
                        .put("rows_locked", plan.locked())
                        .put("rows_sorted", plan.sorted());
        var scans = json.putArray("scans");
        plan.scans().forEach(scans::add);
        return json;
    }

    /** The row of the table. */
    String[] cells() {
        return new String[] {
            String.format(Locale.ROOT, "%,d", rows).replace(',', ' '),
            String.format(Locale.ROOT, "%,d", tenants).replace(',', ' '),
            situation.words(),
            number(millis(50)),
            number(millis(99)),
            number(millis(100)),
            pages(first),
            pages(last),
            load < 0 ? "-" : String.format(Locale.ROOT, "%.1f", load)
        };
    }

    private static String number(double millis) {
        return String.format(Locale.ROOT, "%.2f", millis);
    }

    private static String pages(ClaimPlan plan) {
        return plan.hit() + " + " + plan.read();
    }
}
