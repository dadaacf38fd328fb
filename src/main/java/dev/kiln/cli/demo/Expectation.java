package dev.kiln.cli.demo;

import dev.kiln.cli.client.PolledJob;
import java.util.OptionalInt;

/**
 * How an example is meant to end.
 *
 * @param termination the verdict
 * @param exitCode the program's own exit code, where it matters
 */
record Expectation(String termination, OptionalInt exitCode) {

    /** Reads {@code timed_out} or {@code exited:1}. */
    static Expectation parse(String label) {
        int colon = label.indexOf(':');
        return colon < 0
                ? new Expectation(label, OptionalInt.empty())
                : new Expectation(
                        label.substring(0, colon),
                        OptionalInt.of(Integer.parseInt(label.substring(colon + 1))));
    }

    /** Whether the job ended so. */
    boolean isMetBy(PolledJob job) {
        var end = of(job);
        return termination.equals(end.termination)
                && (exitCode.isEmpty() || exitCode.equals(end.exitCode));
    }

    /** How a job did end, in the same words. */
    static Expectation of(PolledJob job) {
        return new Expectation(job.termination(), job.exitCode());
    }

    @Override
    public String toString() {
        return exitCode.isPresent() ? termination + ":" + exitCode.getAsInt() : termination;
    }
}
