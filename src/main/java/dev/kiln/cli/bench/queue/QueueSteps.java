package dev.kiln.cli.bench.queue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.cli.client.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** The transactions of the queue in some windows, by step, as the server recorded them. */
record QueueSteps(Map<String, Step> steps) {
    private static final String EVENT = "dev.kiln.QueueStep";

    /** One kind of transaction: how long each took, and how many jobs they moved in all. */
    static final class Step {
        private final List<Duration> took = new ArrayList<>();
        private long jobs;

        private void add(RecordedEvent event) {
            took.add(event.getDuration());
            jobs += event.getInt("jobs");
        }

        double jobsEach() {
            return took.isEmpty() ? 0 : (double) jobs / took.size();
        }

        /** The smallest time that this share of all do not exceed (nearest rank). */
        double millis(double percent) {
            var sorted = took.stream().sorted().toList();
            int rank = (int) Math.ceil(percent / 100 * sorted.size());
            return sorted.get(Math.max(1, rank) - 1).toNanos() / 1e6;
        }
    }

    /** What the server, which has ended, did in these windows; nothing when it recorded nothing. */
    static QueueSteps in(QueueServer server, List<Window> windows) throws IOException {
        return in(List.of(server), windows);
    }

    /** As {@link #in(QueueServer, List)}, of several servers together. */
    static QueueSteps in(List<QueueServer> servers, List<Window> windows) throws IOException {
        Map<String, Step> steps = new TreeMap<>();
        for (QueueServer server : servers) {
            if (Files.exists(server.recording())) {
                read(server.recording(), windows, steps);
            }
        }
        return new QueueSteps(steps);
    }

    private static void read(Path recording, List<Window> windows, Map<String, Step> steps)
            throws IOException {
        try (var file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                var event = file.readEvent();
                if (event.getEventType().getName().equals(EVENT)
                        && windows.stream().anyMatch(each -> holds(each, event))) {
                    steps.computeIfAbsent(event.getString("step"), _ -> new Step()).add(event);
                }
            }
        }
    }

    private static boolean holds(Window window, RecordedEvent event) {
        return event.getInt("jobs") > 0
                && !event.getStartTime().isBefore(window.begin())
                && !event.getEndTime().isAfter(window.end());
    }

    ObjectNode json() {
        var json = Json.object();
        steps.forEach(
                (name, step) ->
                        json.putObject(name)
                                .put("transactions", step.took.size())
                                .put("jobs_each", rounded(step.jobsEach()))
                                .put("ms_p50", rounded(step.millis(50)))
                                .put("ms_p99", rounded(step.millis(99)))
                                .put("ms_max", rounded(step.millis(100))));
        return json;
    }

    String words() {
        var text = new StringBuilder();
        steps.forEach(
                (name, step) ->
                        text.append(
                                String.format(
                                        Locale.ROOT,
                                        "  %-7s %7d transactions of %6.1f jobs, p50 %.2f ms, p99 %.2f ms, longest %.2f ms%n",
                                        name,
                                        step.took.size(),
                                        step.jobsEach(),
                                        step.millis(50),
                                        step.millis(99),
                                        step.millis(100))));
        return text.toString();
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
