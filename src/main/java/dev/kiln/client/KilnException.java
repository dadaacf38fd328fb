package dev.kiln.client;

import org.jspecify.annotations.Nullable;

/** What was asked of a Kiln was not done, as far as the client knows. */
public abstract sealed class KilnException extends RuntimeException
        permits KilnProblem, KilnUnreachable {
    private static final long serialVersionUID = 1L;

    KilnException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
