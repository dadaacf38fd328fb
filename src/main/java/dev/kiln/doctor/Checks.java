package dev.kiln.doctor;

import dev.kiln.doctor.Outcome.Held;
import dev.kiln.doctor.Outcome.NotTried;
import dev.kiln.doctor.Outcome.Violated;
import dev.kiln.job.Termination;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/** What attacks expect. Each check names what it saw, so that a table row can be believed. */
final class Checks {
    /** What a program prints first, so that "nothing happened" is told from "was held". */
    static final String BEGUN = "begun\n";

    /** From the limit to the end of a killed program, on a busy host. */
    private static final Duration KILL_TOLERANCE = Duration.ofSeconds(5);

    private static final String REFUSED = "refused ";
    private static final String BREACH = "breach ";

    private Checks() {}

    /** It did get to its attack: its first line is there. */
    static Check begun() {
        return result ->
                result.stdout().text().startsWith(BEGUN)
                        ? new Held("", "what it wrote before was kept")
                        : new NotTried("it did not get so far", Results.summary(result));
    }

    /** Killed by the worker at its time limit and not much later. */
    static Check timesOut() {
        return result -> {
            var evidence = result.evidence();
            Long reached = evidence.reached();
            long limit = result.provenance().limits().wall().toMillis();
            boolean inTime =
                    reached != null
                            && reached >= limit
                            && reached <= limit + KILL_TOLERANCE.toMillis();
            boolean good = result.timedOut() && inTime && "worker".equals(evidence.killedBy());
            return outcome(
                    good,
                    Results.verdict(result),
                    "killed by the %s after %s of %d ms"
                            .formatted(evidence.killedBy(), reached, limit));
        };
    }

    /** Killed by the kernel at its memory limit. */
    static Check outOfMemory() {
        return result -> {
            var evidence = result.evidence();
            long limit = result.provenance().limits().memoryBytes();
            Long reached = evidence.reached();
            boolean good =
                    result.oomKilled()
                            && "kernel".equals(evidence.killedBy())
                            && reached != null
                            && reached <= limit;
            return outcome(
                    good,
                    Results.verdict(result),
                    "killed by the %s at %s of %d bytes (%s)"
                            .formatted(evidence.killedBy(), reached, limit, evidence.source()));
        };
    }

    /** Ended by itself with this code. */
    static Check exits(int code) {
        return result ->
                outcome(
                        result.termination() == Termination.EXITED
                                && Integer.valueOf(code).equals(result.exitCode()),
                        Results.verdict(result),
                        Results.lastComplaint(result));
    }

    /** Ended by this signal. */
    static Check signalled(int signal) {
        return result ->
                outcome(
                        result.termination() == Termination.SIGNALLED
                                && Integer.valueOf(signal).equals(result.signal())
                                && Integer.valueOf(128 + signal).equals(result.exitCode()),
                        Results.verdict(result),
                        Results.lastComplaint(result));
    }

    /** Ended in one of these ways. */
    static Check anyOf(List<Check> checks) {
        return result -> {
            Outcome last = new NotTried("nothing was expected", "");
            for (Check check : checks) {
                last = check.judge(result);
                if (last.good()) {
                    return last;
                }
            }
            return last;
        };
    }

    /** Ended long before its limit. */
    static Check soonerThan(Duration limit) {
        return result ->
                outcome(
                        result.usage().wall().compareTo(limit) < 0,
                        "after " + result.usage().wall().toMillis() + " ms",
                        "");
    }

    /** Wrote exactly this on standard output. */
    static Check prints(String text) {
        return output("exactly this output", text::equals);
    }

    /** Wrote something on standard output that is as it should be. */
    static Check output(String what, Predicate<String> asItShould) {
        return result ->
                outcome(
                        asItShould.test(result.stdout().text()),
                        what,
                        Results.quoted(result.stdout().text()));
    }

    /**
     * Tried so many routes and found each of them closed. Fewer lines than that mean that the
     * program did not try them all, which is no good sign either.
     */
    static Check refused(int routes) {
        return result -> {
            var lines = result.stdout().text().lines().toList();
            var breaches = lines.stream().filter(line -> line.startsWith(BREACH)).toList();
            var closed = lines.stream().filter(line -> line.startsWith(REFUSED)).toList();
            if (!breaches.isEmpty()) {
                return new Violated(
                        breaches.size() + " routes are open", String.join("; ", breaches));
            }
            if (!exits(0).judge(result).good() || closed.size() < routes) {
                return new NotTried(
                        "only %d of %d routes were tried".formatted(closed.size(), routes),
                        Results.summary(result));
            }
            return new Held(closed.size() + " routes refused", Results.errors(closed));
        };
    }

    /** Kept what the cap allows of so many bytes, byte by byte, and counted them all. */
    static Check stdout(long produced, Bytes pattern) {
        return result -> Results.stream("stdout", result, result.stdout(), produced, pattern);
    }

    /** The same of standard error. */
    static Check stderr(long produced, Bytes pattern) {
        return result -> Results.stream("stderr", result, result.stderr(), produced, pattern);
    }

    /** The byte that a stream must have at each place. */
    @FunctionalInterface
    interface Bytes {
        byte at(int index);
    }

    static Outcome outcome(boolean good, String happened, String evidence) {
        return good ? new Held(happened, evidence) : new Violated(happened, evidence);
    }

    /** All of these, until one fails. */
    static Check all(Check first, Check... others) {
        Check all = first;
        for (Check other : others) {
            all = all.and(other);
        }
        return all;
    }
}
