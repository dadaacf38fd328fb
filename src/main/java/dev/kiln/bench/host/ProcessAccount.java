package dev.kiln.bench.host;

import java.time.Duration;
import java.util.Optional;

/**
 * What the kernel has counted for one process, or one thread, since its start.
 *
 * @param pid its number
 * @param name of its program, at most 15 characters
 * @param parent the number of its parent
 * @param own processor time that it used, to 10 ms
 * @param reaped processor time of its children that have ended and were waited for, and of theirs
 */
public record ProcessAccount(long pid, String name, long parent, Duration own, Duration reaped) {

    /** The kernel tells times in hundredths of a second, on every architecture that we run on. */
    private static final long MILLIS_PER_TICK = 10;

    private static final int PARENT = 1;
    private static final int USER = 11;
    private static final int SYSTEM = 12;
    private static final int USER_OF_CHILDREN = 13;
    private static final int SYSTEM_OF_CHILDREN = 14;

    /** Own and reaped. */
    public Duration all() {
        return own.plus(reaped);
    }

    /** Reads {@code /proc/PID/stat}; empty when that is not what the text is. */
    static Optional<ProcessAccount> parse(String stat) {
        // The name may hold anything, brackets and blanks too, and ends at the last bracket.
        int open = stat.indexOf('(');
        int close = stat.lastIndexOf(')');
        if (open < 1 || close < open || close + 2 > stat.length()) {
            return Optional.empty();
        }
        String[] rest = stat.substring(close + 2).strip().split(" ");
        if (rest.length <= SYSTEM_OF_CHILDREN) {
            return Optional.empty();
        }
        return Kernel.number(stat.substring(0, open))
                .map(
                        pid ->
                                new ProcessAccount(
                                        pid,
                                        stat.substring(open + 1, close),
                                        ticks(rest[PARENT]),
                                        time(rest[USER], rest[SYSTEM]),
                                        time(rest[USER_OF_CHILDREN], rest[SYSTEM_OF_CHILDREN])));
    }

    private static Duration time(String user, String system) {
        return Duration.ofMillis((ticks(user) + ticks(system)) * MILLIS_PER_TICK);
    }

    private static long ticks(String text) {
        return Kernel.number(text).orElse(0L);
    }
}
