package dev.kiln.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The latencies of jobs that were all run in the same way. */
final class Series {

    private final String name;
    private final List<Duration> times = new ArrayList<>();
    private int failed;

    Series(String name) {
        this.name = name;
    }

    /** One more job: how long it took, and whether it did what it is there for. */
    void add(Duration time, boolean good) {
        times.add(time);
        failed += good ? 0 : 1;
    }

    String name() {
        return name;
    }

    int jobs() {
        return times.size();
    }

    int failed() {
        return failed;
    }

    Sample sample() {
        return new Sample(times);
    }

    ObjectNode json() {
        var json = sample().json();
        return json.put("name", name).put("jobs", jobs()).put("failed", failed);
    }
}
