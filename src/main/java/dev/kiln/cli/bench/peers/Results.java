package dev.kiln.cli.bench.peers;

import dev.kiln.cli.bench.peers.Plan.Setting;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * All that was measured.
 *
 * @param facts of each contender under each setting
 */
record Results(Plan plan, Map<Run, JobQueue.Facts> facts, List<Window> windows) {

    /** One contender under one setting. */
    record Run(Setting setting, Contender contender) {}

    Results {
        facts = Map.copyOf(facts);
        windows = List.copyOf(windows);
    }

    /** What that contender was. */
    JobQueue.Facts factsOf(Run run) {
        return Objects.requireNonNull(facts.get(run), () -> run + " was not measured");
    }

    /** Jobs a second of every window, in order. */
    List<Double> rates(Run run) {
        return windows.stream()
                .filter(each -> each.setting().equals(run.setting()))
                .filter(each -> each.contender() == run.contender())
                .map(Window::jobsPerSecond)
                .toList();
    }

    /** The middle one, or the mean of the two in the middle. */
    static double median(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("nothing has no median");
        }
        var sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    double median(Run run) {
        return median(rates(run));
    }

    /**
     * How many times as fast Kiln was, window by window, and of that the median: the windows of one
     * number followed each other, so that what else the machine did at the time concerns both.
     * Empty where Kiln was not measured.
     */
    OptionalDouble kilnOver(Run run) {
        var kiln = rates(new Run(run.setting(), Contender.KILN));
        if (kiln.isEmpty()) {
            return OptionalDouble.empty();
        }
        var peer = rates(run);
        var ratios =
                IntStream.range(0, peer.size()).mapToObj(i -> kiln.get(i) / peer.get(i)).toList();
        return OptionalDouble.of(median(ratios));
    }
}
