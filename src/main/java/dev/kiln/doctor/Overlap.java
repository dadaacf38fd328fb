package dev.kiln.doctor;

import dev.kiln.job.ExecutionResult;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The time for which two programs were at work, in seconds by the host's clock. An attack on a
 * neighbour who is not there shows nothing.
 */
record Overlap(double from, double to) {
    private static final double LEAST_SECONDS = 0.3;

    /** Judges whether both were at work together, by the line that each prints at its end. */
    static Outcome of(Ground.Pair pair, String firstWord, String secondWord) {
        var first = span(pair.first(), firstWord);
        var second = span(pair.second(), secondWord);
        if (first.isEmpty() || second.isEmpty()) {
            return new Outcome.NotTried(
                    "a program did not come to its end",
                    Results.summary(first.isEmpty() ? pair.first() : pair.second()));
        }
        double seconds =
                Math.min(first.get().to, second.get().to)
                        - Math.max(first.get().from, second.get().from);
        return seconds >= LEAST_SECONDS
                ? new Outcome.Held("", "%.1f s side by side".formatted(seconds))
                : new Outcome.NotTried("they did not run side by side", pair.toString());
    }

    private static Optional<Overlap> span(ExecutionResult result, String word) {
        Matcher line =
                Pattern.compile("^" + word + " ([0-9.]+) ([0-9.]+)", Pattern.MULTILINE)
                        .matcher(result.stdout().text());
        return line.find()
                ? Optional.of(
                        new Overlap(
                                Double.parseDouble(line.group(1)),
                                Double.parseDouble(line.group(2))))
                : Optional.empty();
    }
}
