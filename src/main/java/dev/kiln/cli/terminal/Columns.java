package dev.kiln.cli.terminal;

/** How much room text takes on a terminal. */
final class Columns {

    private Columns() {}

    /** The columns that a text of printable characters takes. */
    static int of(String text) {
        return text.codePoints().map(Columns::of).sum();
    }

    /** Combining marks take none, East Asian wide characters and pictures two. */
    private static int of(int c) {
        int type = Character.getType(c);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
            return 0;
        }
        boolean wide =
                (c >= 0x1100 && c <= 0x115f)
                        || (c >= 0x2e80 && c <= 0xa4cf && c != 0x303f)
                        || (c >= 0xac00 && c <= 0xd7a3)
                        || (c >= 0xf900 && c <= 0xfaff)
                        || (c >= 0xfe30 && c <= 0xfe6f)
                        || (c >= 0xff00 && c <= 0xff60)
                        || (c >= 0xffe0 && c <= 0xffe6)
                        || (c >= 0x1f300 && c <= 0x1faff)
                        || (c >= 0x20000 && c <= 0x3fffd);
        return wide ? 2 : 1;
    }

    /** The text, cut to fit with a mark that says so. */
    static String fit(String text, int columns) {
        if (of(text) <= columns) {
            return text;
        }
        var fitting = new StringBuilder();
        int used = 1; // the mark
        for (int c : text.codePoints().toArray()) {
            used += of(c);
            if (used > columns) {
                break;
            }
            fitting.appendCodePoint(c);
        }
        return fitting.append('…').toString();
    }
}
