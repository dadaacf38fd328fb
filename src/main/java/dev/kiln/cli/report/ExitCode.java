package dev.kiln.cli.report;

/** What commands end with. */
public final class ExitCode {

    /** The command was carried out, and where it is about programs, they succeeded. */
    public static final int SUCCEEDED = 0;

    /** The command was carried out, but a program did not succeed, or has not yet. */
    public static final int FAILED = 1;

    /** The command itself could not be carried out. */
    public static final int REFUSED = 2;

    private ExitCode() {}
}
