package dev.kiln.cli.terminal;

import java.time.Duration;
import java.util.Locale;

/** Lengths of time as people read them. */
public final class Spans {

    private Spans() {}

    /** Such as {@code 41 ms} or {@code 2.0 s}. */
    public static String of(Duration span) {
        return span.toMillis() < 1000
                ? span.toMillis() + " ms"
                : String.format(Locale.ROOT, "%.1f s", span.toMillis() / 1000.0);
    }
}
