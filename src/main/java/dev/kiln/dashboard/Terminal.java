package dev.kiln.dashboard;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads what a program wrote as a terminal would, as far as that is harmless: colours and weight
 * become styles of pieces of text. All else that steers a terminal is left out; control characters
 * that stand alone, and those that change the order or presence of text, are made visible.
 */
final class Terminal {
    private static final char ESCAPE = '\u001b';
    private static final char BELL = '\u0007';

    /** A title or link that has not ended by then is no such thing. */
    private static final int LONGEST_STRING = 4096;

    /**
     * Each is an element of the page, which costs the server and the browser many times its text.
     */
    static final int MOST_PIECES = 2_000;

    private static final int ZERO_WIDTH_NON_JOINER = 0x200c;

    /** Emoji are joined by it. */
    private static final int ZERO_WIDTH_JOINER = 0x200d;

    private static final String MARK = "mark";

    private final String text;
    private final List<Piece> pieces = new ArrayList<>();
    private final StringBuilder current = new StringBuilder();
    private final Sgr sgr = new Sgr();
    private String style = "";
    private int at;

    /**
     * A piece of text in one style.
     *
     * @param style names of classes of the style sheet; empty for none
     */
    record Piece(String style, String text) {}

    private Terminal(String text) {
        this.text = text;
    }

    /**
     * The text in pieces, each of which is to be shown as it is.
     *
     * @return at most {@link #MOST_PIECES}, the last of which has all that is left, in no style
     */
    static List<Piece> read(String text) {
        var terminal = new Terminal(text);
        while (terminal.at < text.length()) {
            terminal.next();
        }
        terminal.cut();
        return terminal.pieces;
    }

    /** The text in no style, with what cannot be seen made visible. */
    static String plain(String text) {
        var plain = new StringBuilder();
        read(text).forEach(piece -> plain.append(piece.text()));
        return plain.toString();
    }

    private void next() {
        int c = text.codePointAt(at);
        if (c == ESCAPE) {
            escape();
            return;
        }
        at += Character.charCount(c);
        if (c == '\n' || c == '\t') {
            add(sgr.style(), Character.toString(c));
        } else if (c == '\r' && at < text.length() && text.charAt(at) == '\n') {
            // The end of a line, as terminals are told it.
            return;
        } else if (c < 0x20) {
            add(MARK, Character.toString(0x2400 + c));
        } else if (invisible(c)) {
            add(MARK, "[U+%04X]".formatted(c));
        } else {
            add(sgr.style(), Character.toString(c));
        }
    }

    private static boolean invisible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE ->
                    true;
            case Character.FORMAT -> c != ZERO_WIDTH_NON_JOINER && c != ZERO_WIDTH_JOINER;
            default -> false;
        };
    }

    /** ECMA-48, sections 5.3 to 5.6. */
    private void escape() {
        int kind = at + 1 < text.length() ? text.charAt(at + 1) : -1;
        int end =
                switch (kind) {
                    case '[' -> controlSequence(at + 2);
                    case ']', 'P', 'X', '^', '_' -> controlString(at + 2);
                    default -> shortSequence(at + 1);
                };
        if (end < 0) {
            add(MARK, "\u241b");
            at++;
        } else {
            at = end;
        }
    }

    private int controlSequence(int from) {
        int end = from;
        while (end < text.length() && text.charAt(end) >= 0x20 && text.charAt(end) <= 0x3f) {
            end++;
        }
        if (end == text.length() || text.charAt(end) < 0x40 || text.charAt(end) > 0x7e) {
            return -1;
        }
        if (text.charAt(end) == 'm') {
            sgr.apply(text.substring(from, end));
        }
        return end + 1;
    }

    private int controlString(int from) {
        int last = Math.min(text.length(), from + LONGEST_STRING);
        for (int i = from; i < last; i++) {
            if (text.charAt(i) == BELL) {
                return i + 1;
            }
            if (text.charAt(i) == ESCAPE) {
                return i + 1 < text.length() && text.charAt(i + 1) == '\\' ? i + 2 : -1;
            }
        }
        return -1;
    }

    private int shortSequence(int from) {
        int end = from;
        while (end < text.length() && text.charAt(end) >= 0x20 && text.charAt(end) <= 0x2f) {
            end++;
        }
        boolean whole = end < text.length() && text.charAt(end) >= 0x30 && text.charAt(end) <= 0x7e;
        return whole ? end + 1 : -1;
    }

    private void add(String newStyle, String more) {
        if (!newStyle.equals(style) && !atLast()) {
            cut();
            style = atLast() ? "" : newStyle;
        }
        current.append(more);
    }

    private boolean atLast() {
        return pieces.size() == MOST_PIECES - 1;
    }

    private void cut() {
        if (!current.isEmpty()) {
            pieces.add(new Piece(style, current.toString()));
            current.setLength(0);
        }
    }
}
