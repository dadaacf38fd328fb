package dev.kiln.doctor;

import dev.kiln.job.CapturedStream;
import dev.kiln.job.ExecutionResult;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Results in words. */
final class Results {
    private static final int EXCERPT = 160;

    private Results() {}

    /** How it ended, in a few words. */
    static String verdict(ExecutionResult result) {
        String name = result.termination().wireName().replace('_', ' ');
        return switch (result.termination()) {
            case EXITED -> name + " with " + result.exitCode();
            case SIGNALLED -> name + " by " + result.signal();
            default -> name;
        };
    }

    /** The last line on standard error, where a traceback says what is wrong. */
    static String lastComplaint(ExecutionResult result) {
        return result.stderr()
                .text()
                .lines()
                .filter(line -> !line.isBlank())
                .reduce((before, last) -> last)
                .map(Results::excerpt)
                .orElse("");
    }

    /** All that can be said in a line. */
    static String summary(ExecutionResult result) {
        return "%s, wrote %s, complained %s"
                .formatted(
                        verdict(result),
                        quoted(result.stdout().text()),
                        quoted(lastComplaint(result)));
    }

    /** Text in quotes on one line, cut where it is long. */
    static String quoted(String text) {
        return '"' + excerpt(text.replace("\n", "\\n")) + '"';
    }

    private static String excerpt(String text) {
        return text.length() <= EXCERPT ? text : text.substring(0, EXCERPT) + "…";
    }

    /** Of lines "refused ROUTE: ERROR", how often each error. */
    static String errors(List<String> refused) {
        Map<String, Integer> counts = new TreeMap<>();
        for (String line : refused) {
            counts.merge(line.substring(line.lastIndexOf(": ") + 2), 1, Integer::sum);
        }
        var text = new StringBuilder();
        counts.forEach(
                (error, count) ->
                        text.append(text.isEmpty() ? "" : ", ")
                                .append(count == 1 ? "" : count + " × ")
                                .append(excerpt(error)));
        return text.toString();
    }

    /** Whether a stream was kept up to the cap and counted to the end. */
    static Outcome stream(
            String name,
            ExecutionResult result,
            CapturedStream stream,
            long produced,
            Checks.Bytes pattern) {
        long kept = Math.min(produced, result.provenance().limits().outputBytes());
        String counts =
                "%s %d kept, %d counted".formatted(name, stream.kept().length, stream.produced());
        if (stream.kept().length != kept || stream.produced() != produced) {
            return new Outcome.Violated(
                    counts, "%d and %d were expected".formatted(kept, produced));
        }
        for (int i = 0; i < kept; i++) {
            if (stream.kept()[i] != pattern.at(i)) {
                return new Outcome.Violated(counts, "but byte %d is another".formatted(i));
            }
        }
        return new Outcome.Held(counts, "");
    }
}
