package dev.kiln.cli;

import dev.kiln.cli.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** One run of the command line: how it ended and what it printed. */
record CommandLineRun(int exitCode, String out, String err) {

    /** With output to pipes. */
    static CommandLineRun of(String... args) {
        return of(false, args);
    }

    /** With output to a terminal. */
    static CommandLineRun onTerminal(String... args) {
        return of(true, args);
    }

    private static CommandLineRun of(boolean terminal, String... args) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int exitCode =
                Main.run(new Terminal(print(out), print(err), terminal, terminal, 100), args);
        return new CommandLineRun(
                exitCode,
                out.toString(StandardCharsets.UTF_8),
                err.toString(StandardCharsets.UTF_8));
    }

    private static PrintStream print(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }
}
