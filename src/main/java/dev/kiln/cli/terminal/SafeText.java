package dev.kiln.cli.terminal;

/** Text of strangers, made harmless for a terminal, which takes control characters as commands. */
public final class SafeText {

    private static final int DELETE = 0x7f;
    private static final int SYMBOL_FOR_NUL = 0x2400;
    private static final int SYMBOL_FOR_DELETE = 0x2421;

    private SafeText() {}

    /** For many lines: line ends and tabs stay, all other control characters become visible. */
    public static String lines(String text) {
        return replaced(text, "\n\t");
    }

    /** For a place in a line: nothing in it can leave that place. */
    public static String inline(String text) {
        return replaced(text.replace('\t', ' '), "");
    }

    private static String replaced(String text, String kept) {
        var safe = new StringBuilder(text.length());
        text.codePoints().forEach(c -> safe.appendCodePoint(kept.indexOf(c) >= 0 ? c : visible(c)));
        return safe.toString();
    }

    private static int visible(int c) {
        if (c < ' ') {
            return SYMBOL_FOR_NUL + c;
        }
        if (c == DELETE) {
            return SYMBOL_FOR_DELETE;
        }
        return switch (Character.getType(c)) {
            // C1 controls are commands to some terminals; format characters reorder or hide what is
            // around them.
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE ->
                    '\ufffd';
            default -> c;
        };
    }
}
