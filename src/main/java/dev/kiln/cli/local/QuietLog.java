package dev.kiln.cli.local;

import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Keeps the worker's log out of what a person or a pipe reads: what matters of it comes as a
 * sentence.
 */
final class QuietLog {
    /** Held, since the log manager forgets settings of loggers that nobody holds. */
    private static final Logger ROOT = Logger.getLogger("");

    private QuietLog() {}

    static void silence() {
        ROOT.setLevel(Level.OFF);
    }
}
