package dev.kiln.embedded;

/**
 * A server of this machine could not be started. The message is one sentence for the person at the
 * terminal.
 */
public final class ServerStartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With a sentence that says what was tried and what to do. */
    public ServerStartException(String message) {
        super(message);
    }

    /** With a sentence that says what was tried and what to do, and what failed underneath. */
    public ServerStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
