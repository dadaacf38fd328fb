package dev.kiln.chaos;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How a run went.
 *
 * @param seed that decided load and faults
 * @param seconds for how long there were both
 * @param jobs how many were accepted
 * @param faults those that took effect, in order
 * @param findings one for each invariant
 */
public record ChaosReport(
        long seed, long seconds, int jobs, List<String> faults, List<Line> findings) {
    /**
     * One invariant.
     *
     * @param name short, for programs
     * @param promise in words
     * @param held whether it held
     * @param looked at what, in words
     * @param offenders what broke it
     */
    public record Line(
            String name, String promise, boolean held, String looked, List<String> offenders) {}

    static ChaosReport of(
            long seed, long seconds, Evidence evidence, List<Invariant.Checked> checked) {
        return new ChaosReport(
                seed,
                seconds,
                evidence.accepted().size(),
                evidence.journal().faults(),
                checked.stream().map(ChaosReport::line).toList());
    }

    private static Line line(Invariant.Checked checked) {
        return new Line(
                checked.invariant().name(),
                checked.invariant().promise(),
                checked.finding().held(),
                checked.finding().looked(),
                checked.finding().offenders());
    }

    /** Whether all held. */
    public boolean held() {
        return broken().isEmpty();
    }

    /** The names of those that did not hold. */
    public Set<String> broken() {
        return findings.stream()
                .filter(line -> !line.held())
                .map(Line::name)
                .collect(Collectors.toSet());
    }
}
