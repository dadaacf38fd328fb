package dev.kiln.cli.client;

/**
 * What was asked for cannot be done. The message is for the person at the terminal and says what to
 * do.
 */
public class CliException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With a message of one sentence, or of a line for each thing that is wrong. */
    public CliException(String message) {
        super(message);
    }

    /** With a message as above and what failed underneath. */
    public CliException(String message, Throwable cause) {
        super(message, cause);
    }
}
