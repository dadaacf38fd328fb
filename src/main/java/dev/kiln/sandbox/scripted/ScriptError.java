package dev.kiln.sandbox.scripted;

/** A line of a script says nothing. */
final class ScriptError extends Exception {
    ScriptError(int line, String what) {
        super("line %d: %s".formatted(line, what));
    }
}
