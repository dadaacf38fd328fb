package dev.kiln.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Kiln with real work, the way it is made for: records on the one topic, events from the other.
 *
 * @param topics of the Kiln
 */
record TopicContender(TopicDoor topics) implements Contender {

    @Override
    public String name() {
        return "kiln";
    }

    @Override
    public void run(Window<?> window) throws InterruptedException {
        var kinds = MixedWork.values();
        var bytes = new EnumMap<MixedWork, Integer>(MixedWork.class);
        for (var kind : kinds) {
            bytes.put(kind, kind.output().length());
        }
        var ends = new ArrayList<CompletableFuture<TopicDoor.Ended>>();
        for (int i = 0; i < window.load(); i++) {
            var kind = kinds[i % kinds.length];
            int expected = bytes.getOrDefault(kind, 0);
            ends.add(
                    topics.send(kind.submission())
                            .whenComplete(
                                    (end, broken) -> {
                                        if (broken == null) {
                                            window.ended(end.good(expected));
                                        }
                                    }));
        }
        for (var end : ends) {
            TopicDoor.await(end);
        }
    }

    /**
     * What a program of each kind uses itself, by its result, when it has the host for itself:
     * gVisor counts time in which a program wants a processor, so that on a host that is full it
     * counts some in which others have it.
     *
     * @param trials of each kind, of which the middle one is taken
     */
    Map<MixedWork, Duration> alone(int trials) throws InterruptedException {
        var own = new EnumMap<MixedWork, Duration>(MixedWork.class);
        for (var kind : MixedWork.values()) {
            var times = new ArrayList<Duration>();
            for (int i = 0; i < trials; i++) {
                times.add(cpu(TopicDoor.await(topics.send(kind.submission())).data()));
            }
            own.put(kind, new Sample(times).percentile(50));
        }
        return own;
    }

    /** Of the program and, where there was one, its compiler. */
    static Duration cpu(JsonNode data) {
        var result = data.path("result");
        return Duration.ofMillis(
                result.path("cpu_ms").asLong() + result.path("compile").path("cpu_ms").asLong());
    }

    /** What so many jobs, the same number of each kind, use themselves. */
    static Duration expected(Map<MixedWork, Duration> own, int jobs) {
        return own.values().stream()
                .reduce(Duration.ZERO, Duration::plus)
                .multipliedBy(jobs)
                .dividedBy(Math.max(1, own.size()));
    }
}
