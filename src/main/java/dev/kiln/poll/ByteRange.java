package dev.kiln.poll;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which bytes of a content a request wants: its {@code Range} header (RFC 9110, section 14). */
sealed interface ByteRange {
    /** All of it. */
    record Whole() implements ByteRange {}

    /** Those from the first to the last place, both counted from 0 and both included. */
    record Part(long first, long last) implements ByteRange {
        long length() {
            return last - first + 1;
        }

        /** As the header {@code Content-Range} tells it. */
        String of(long total) {
            return "bytes %d-%d/%d".formatted(first, last, total);
        }
    }

    /** Some that the content does not have. */
    record Nothing() implements ByteRange {}

    /** Eighteen digits, so that every number fits. Several ranges do not match. */
    Pattern SINGLE = Pattern.compile("(?i:bytes)=\\s*([0-9]{0,18})-([0-9]{0,18})\\s*");

    /**
     * Reads the header's value. What is no single range of bytes counts for nothing, as the RFC
     * allows or demands; nor does any range of an empty content, of which no part can be named.
     *
     * @param header null when there was none
     * @param total bytes of the content
     */
    static ByteRange of(@Nullable String header, long total) {
        if (header == null || total == 0) {
            return new Whole();
        }
        Matcher range = SINGLE.matcher(header);
        if (!range.matches() || (range.group(1).isEmpty() && range.group(2).isEmpty())) {
            return new Whole();
        }
        if (range.group(1).isEmpty()) {
            long length = Math.min(total, Long.parseLong(range.group(2)));
            return length == 0 ? new Nothing() : new Part(total - length, total - 1);
        }
        long first = Long.parseLong(range.group(1));
        long last = range.group(2).isEmpty() ? Long.MAX_VALUE : Long.parseLong(range.group(2));
        if (last < first) {
            return new Whole();
        }
        return first >= total ? new Nothing() : new Part(first, Math.min(last, total - 1));
    }
}
