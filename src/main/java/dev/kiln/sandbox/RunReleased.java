package dev.kiln.sandbox;

/** The run was stopped because its outcome no longer matters to this worker. */
public final class RunReleased extends Exception {
    public RunReleased() {
        super("released");
    }
}
