package dev.kiln.sandbox;

/** The platform failed, not the program; another try, here or elsewhere, may succeed. */
public final class SandboxFault extends Exception {
    /** How far the trouble reaches, which decides whether the try counts against the job. */
    public enum Scope {
        /** This one sandbox failed; the job may be the cause, so the attempt counts. */
        SANDBOX,
        /**
         * This host lacks what this one job needs (an image, a network): other jobs can run here,
         * this one elsewhere or later, and nobody is to blame.
         */
        NEEDS,
        /** The host cannot run anything (engine gone, image missing): no job is to blame. */
        HOST
    }

    private final Scope scope;

    public SandboxFault(Scope scope, String message) {
        super(message);
        this.scope = scope;
    }

    public SandboxFault(Scope scope, String message, Throwable cause) {
        super(message, cause);
        this.scope = scope;
    }

    public Scope scope() {
        return scope;
    }
}
