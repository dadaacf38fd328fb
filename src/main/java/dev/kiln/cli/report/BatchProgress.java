package dev.kiln.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;

/**
 * How far batches are, together.
 *
 * @param jobs how many there are
 * @param ended how many have ended
 * @param succeeded how many programs succeeded
 * @param running how many run now
 */
public record BatchProgress(long jobs, long ended, long succeeded, long running) {
    private static final int BAR = 24;

    /** Of the server's documents of the batches. */
    public static BatchProgress of(Collection<JsonNode> batches) {
        return new BatchProgress(
                sum(batches, "/jobs"),
                sum(batches, "/ended"),
                sum(batches, "/succeeded"),
                sum(batches, "/states/RUNNING"));
    }

    private static long sum(Collection<JsonNode> batches, String pointer) {
        return batches.stream().mapToLong(batch -> batch.at(pointer).asLong()).sum();
    }

    /** Whether nothing more will change. */
    public boolean over() {
        return ended == jobs;
    }

    /** Without what changes by itself, for a file. */
    public String plain() {
        return "%d of %d jobs ended, %d failed, %d running"
                .formatted(ended, jobs, ended - succeeded, running);
    }

    /**
     * With a bar, for a terminal.
     *
     * @param before how many had ended when the watching began
     * @param watched since then
     */
    public String bar(long before, Duration watched) {
        int full = jobs == 0 ? BAR : (int) (BAR * ended / jobs);
        String line = "[" + "#".repeat(full) + "-".repeat(BAR - full) + "] " + plain();
        double seconds = watched.toMillis() / 1000.0;
        if (ended == before || seconds <= 0 || over()) {
            return line;
        }
        double rate = (ended - before) / seconds;
        return line
                + String.format(
                        Locale.ROOT, ", %.1f/s, %s left", rate, span((jobs - ended) / rate));
    }

    private static String span(double seconds) {
        long whole = Math.round(seconds);
        return whole < 3600
                ? "%d:%02d".formatted(whole / 60, whole % 60)
                : "%d:%02d:%02d".formatted(whole / 3600, whole / 60 % 60, whole % 60);
    }
}
