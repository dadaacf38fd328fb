package dev.kiln.bench.docker;

/** A baseline cannot be measured. The message is one sentence for the person at the terminal. */
public final class BaselineException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With a sentence that says what was tried and what to do. */
    public BaselineException(String message) {
        super(message);
    }

    /** With a sentence that says what was tried and what to do, and what failed underneath. */
    public BaselineException(String message, Throwable cause) {
        super(message, cause);
    }
}
