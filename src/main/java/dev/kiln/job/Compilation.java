package dev.kiln.job;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What came of a program's compile step.
 *
 * @param exitCode the compiler's own status, 128 + n after signal n; null when it was ended before
 *     it had one
 * @param wall from the compiler's start to its end; zero or more. The program's own time starts
 *     later
 * @param cpu user and system time of the compiler and its children, where known
 * @param output what it wrote on standard output and standard error, in the order in which it came
 */
public record Compilation(
        @Nullable Integer exitCode, Duration wall, @Nullable Duration cpu, CapturedStream output) {
    public Compilation {
        if (wall.isNegative()) {
            throw new IllegalArgumentException("wall must be >= 0: " + wall);
        }
    }

    /** Whether there is a program to start. */
    public boolean succeeded() {
        return exitCode != null && exitCode == 0;
    }
}
