package dev.kiln.cli.terminal;

import java.io.PrintStream;

/**
 * One line that tells how far something is: rewritten in place on a terminal, a line for each
 * change elsewhere.
 */
public final class Progress implements AutoCloseable {

    private static final String ERASE = "\r\u001b[K";

    private final PrintStream out;
    private final boolean rewrites;
    private final int columns;
    private String shown = "";

    /** On standard error, where it does not mix with results. */
    public Progress(Terminal terminal) {
        this.out = terminal.err();
        this.rewrites = terminal.errIsTerminal();
        this.columns = terminal.columns();
    }

    /** Shows this in place of what was shown. */
    public void show(String line) {
        String safe = SafeText.inline(line);
        if (safe.equals(shown)) {
            return;
        }
        shown = safe;
        if (rewrites) {
            out.print(ERASE + Columns.fit(safe, columns - 1));
            out.flush();
        } else {
            out.println(safe);
        }
    }

    /** Takes the line away again, where it can be. */
    @Override
    public void close() {
        if (rewrites && !shown.isEmpty()) {
            out.print(ERASE);
            out.flush();
        }
    }
}
