package dev.kiln.job;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A place in a trace, by which what happens later and elsewhere is known to belong to it: {@code
 * traceparent} of W3C Trace Context, version 00.
 *
 * @param text {@code 00-<trace id>-<span id>-<flags>} in lower-case hexadecimal digits, 55
 *     characters, no id all zeros
 */
public record TraceParent(String text) {
    private static final int TRACE_ID = 3;
    private static final int SPAN_ID = 36;
    private static final int FLAGS = 53;

    private static final Pattern FORM =
            Pattern.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

    public TraceParent {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "not a traceparent of version 00, with %d characters".formatted(text.length()));
        }
    }

    /** What was stored; null where there is none, or something else. */
    public static @Nullable TraceParent stored(@Nullable String text) {
        return text != null && FORM.matcher(text).matches() ? new TraceParent(text) : null;
    }

    /** The trace's id, 32 digits. */
    public String traceId() {
        return text.substring(TRACE_ID, SPAN_ID - 1);
    }

    /** The id of the span in it, 16 digits. */
    public String spanId() {
        return text.substring(SPAN_ID, FLAGS - 1);
    }

    /** The flags, two digits; the lowest bit says whether the trace is recorded. */
    public String flags() {
        return text.substring(FLAGS);
    }

    @Override
    public String toString() {
        return text;
    }
}
