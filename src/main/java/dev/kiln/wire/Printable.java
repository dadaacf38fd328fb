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
        // Nearly every text is fit as it is.
        return isClean(text) ? text : replaced(text);
    }

    private static boolean isClean(String text) {
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (bad(c)) {
                return false;
            }
            i += Character.charCount(c);
        }
        return true;
    }

    private static boolean bad(int c) {
        return Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE;
    }

    private static String replaced(String text) {
        var clean = new StringBuilder(text.length());
        text.codePoints().forEach(c -> clean.appendCodePoint(bad(c) ? REPLACEMENT : c));
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
