package dev.kiln.client;

import java.io.IOException;

/**
 * There was no answer. Whether the request was carried out is not known, unless no connection came
 * about: one that may be repeated, such as a submission with an id, is simply sent again.
 */
public final class KilnUnreachable extends KilnException {
    private static final long serialVersionUID = 1L;

    /** What failed. */
    public enum Failure {
        /** Nobody listens there. */
        NO_CONNECTION,
        /** It took too long. */
        NO_ANSWER,
        /** The connection was lost. */
        BROKEN
    }

    private final Failure failure;
    private final IOException failed;

    KilnUnreachable(Failure failure, String message, IOException cause) {
        super(message, cause);
        this.failure = failure;
        this.failed = cause;
    }

    /** What failed. */
    public Failure failure() {
        return failure;
    }

    /** What failed underneath. */
    public IOException failed() {
        return failed;
    }
}
