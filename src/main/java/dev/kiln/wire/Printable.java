package dev.kiln.wire;

/** Makes text that came from outside fit for messages, headers and rows. */
public final class Printable {
    private static final int QUOTE_LENGTH = 64;
    private static final char REPLACEMENT = '\uFFFD';

    private Printable() {}

    /**
     * The text with U+FFFD for control characters and lone surrogates: encoders, Postgres and
     * terminals each refuse or misread one of them.
     */
    public static String clean(String text) {
        int length = text.length();
        var clean = new StringBuilder(length);
        for (int i = 0; i < length; ) {
            int c = text.codePointAt(i);
            boolean bad = Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE;
            clean.appendCodePoint(bad ? REPLACEMENT : c);
            i += Character.charCount(c);
        }
        return clean.toString();
    }

    /** The text cleaned, cut to a length that a message can bear, in double quotes. */
    public static String quote(String text) {
        return '"' + shorten(text, QUOTE_LENGTH) + '"';
    }

    /**
     * The text cleaned and, where it is longer than {@code max} UTF-16 units, cut and marked with
     * an ellipsis.
     */
    public static String shorten(String text, int max) {
        return text.length() <= max ? clean(text) : clean(text.substring(0, max)) + '…';
    }
}
