package dev.kiln.cli.terminal;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where output goes.
 *
 * @param out standard output
 * @param err standard error
 * @param outIsTerminal whether a terminal shows standard output, to a person
 * @param errIsTerminal whether a terminal shows standard error
 * @param columns the terminal's width
 */
public record Terminal(
        PrintStream out,
        PrintStream err,
        boolean outIsTerminal,
        boolean errIsTerminal,
        int columns) {

    private static final int USUAL_COLUMNS = 120;

    /** This process's own. */
    public static Terminal ofThisProcess() {
        boolean out = isTerminal(1);
        boolean err = isTerminal(2);
        return new Terminal(
                new PrintStream(System.out, true, StandardCharsets.UTF_8),
                new PrintStream(System.err, true, StandardCharsets.UTF_8),
                out,
                err,
                out || err ? askColumns() : USUAL_COLUMNS);
    }

    /**
     * The JDK's own answer is no as soon as either input or output is none: a pipe into a program
     * on a terminal.
     */
    private static boolean isTerminal(int descriptor) {
        try {
            String target =
                    Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
            return target.matches("/dev/(pts/\\d+|tty.*|console)");
        } catch (IOException noSuchDescriptor) {
            return false;
        }
    }

    private static int askColumns() {
        try {
            var stty =
                    new ProcessBuilder("stty", "size")
                            .redirectInput(new File("/dev/tty"))
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            String answer =
                    new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                            .strip();
            int columns =
                    answer.matches("\\d+ \\d+")
                            ? Integer.parseInt(answer.replaceAll(".* ", ""))
                            : 0;
            return columns > 0 ? columns : USUAL_COLUMNS;
        } catch (IOException noTerminalToAsk) {
            return USUAL_COLUMNS;
        }
    }

    /** Program output on standard output: untouched in a pipe or a file, harmless on a terminal. */
    public void programOut(String text) {
        out.print(outIsTerminal ? SafeText.lines(text) : text);
        out.flush();
    }

    /** Program output on standard error, likewise. */
    public void programErr(String text) {
        err.print(errIsTerminal ? SafeText.lines(text) : text);
        err.flush();
    }

    /** The same, byte by byte in a pipe or a file. */
    public void programOut(byte[] bytes) {
        write(out, outIsTerminal, bytes);
    }

    /** Likewise on standard error. */
    public void programErr(byte[] bytes) {
        write(err, errIsTerminal, bytes);
    }

    private static void write(PrintStream stream, boolean isTerminal, byte[] bytes) {
        if (isTerminal) {
            stream.print(SafeText.lines(new String(bytes, StandardCharsets.UTF_8)));
        } else {
            stream.write(bytes, 0, bytes.length);
        }
        stream.flush();
    }
}
