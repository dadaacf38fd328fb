package dev.kiln.embedded;

/** The Kiln server ended before it was ready. The message is what it said last. */
public final class ServerEndedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    ServerEndedException(int exitCode, String lastWords) {
        super(lastWords);
        this.exitCode = exitCode;
    }

    /** The server's exit code. */
    public int exitCode() {
        return exitCode;
    }
}
