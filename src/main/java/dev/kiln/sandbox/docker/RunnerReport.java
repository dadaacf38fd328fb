package dev.kiln.sandbox.docker;

import java.time.Duration;

/**
 * The runner's last word on a program that ended, or on its compiler.
 *
 * @param status wait status as Linux encodes it
 * @param wall from "started" to the end, on the sandbox's clock
 * @param cpu user and system time of the program and of its children that were waited for
 * @param stdoutProduced bytes written to standard output in all
 * @param stderrProduced bytes written to standard error in all
 */
record RunnerReport(
        int status, Duration wall, Duration cpu, long stdoutProduced, long stderrProduced) {
    /** Whether it exited with 0. */
    boolean succeeded() {
        return status == 0;
    }

    boolean signalled() {
        return (status & 0x7f) != 0;
    }

    /** The signal that ended the program; only when {@link #signalled()}. */
    int signal() {
        return status & 0x7f;
    }

    /** The program's exit code, 128 + n after signal n. */
    int exitCode() {
        return signalled() ? 128 + signal() : status >> 8 & 0xff;
    }
}
