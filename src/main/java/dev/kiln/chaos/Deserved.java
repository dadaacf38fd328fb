package dev.kiln.chaos;

import org.jspecify.annotations.Nullable;

/**
 * The end that a job's program deserves, whatever happens around it.
 *
 * @param state the job's last
 * @param termination of its result; null when it has none
 * @param exitCode the program's own; null when it has none
 * @param stdout exactly; null where it does not matter. A line {@code epoch N} stands for the claim
 *     that wrote the result
 */
record Deserved(
        String state,
        @Nullable String termination,
        @Nullable Integer exitCode,
        @Nullable String stdout) {

    static Deserved exit(int code, @Nullable String stdout) {
        return new Deserved("FINISHED", "exited", code, stdout);
    }

    static Deserved signal(int number) {
        return new Deserved("FINISHED", "signalled", 128 + number, null);
    }

    static Deserved ended(String termination) {
        return new Deserved("FINISHED", termination, null, null);
    }

    /** Never started. */
    static Deserved cancelled() {
        return new Deserved("CANCELLED", null, null, null);
    }

    static Deserved abandoned() {
        return new Deserved("ABANDONED", null, null, null);
    }
}
