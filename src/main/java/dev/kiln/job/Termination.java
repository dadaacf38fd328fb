package dev.kiln.job;

import java.util.Locale;

/** Why a program ended: the closed list of verdicts. */
public enum Termination {
    /** It ended by itself; its exit code is its own. */
    EXITED,
    /** A signal that we did not send ended it; the exit code is 128 + n, as shells say it. */
    SIGNALLED,
    /** We killed it at its wall-clock limit. */
    TIMED_OUT,
    /** The kernel killed it at its memory limit. */
    OUT_OF_MEMORY,
    /** The sandbox met the backstop of its process limit and died of it. */
    PROCESS_LIMIT,
    /** Its compile step failed, or left nothing that can be executed; it was never started. */
    COMPILE_FAILED,
    /** We killed it because its submitter asked us to. */
    CANCELLED;

    /** The name in documents and rows: {@code timed_out} and so on. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The reverse of {@link #wireName()}.
     *
     * @throws IllegalArgumentException for any other text
     */
    public static Termination ofWireName(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }
}
