package dev.kiln.sandbox.scripted;

import dev.kiln.sandbox.SandboxFault;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A scripted program: one step a line, in order; empty lines and those that begin with {@code #}
 * are nothing. After the last one the program exits with 0.
 *
 * <pre>
 * print TEXT                     a line on standard output
 * print-error TEXT               a line on standard error
 * print-epoch                    a line "epoch N": the claim that it runs under
 * fill BYTES                     so many bytes on standard output
 * sleep MS                       waits
 * until-stopped                  waits for the wall limit, or for whoever stops it
 * exit CODE                      0 to 255
 * signal NUMBER                  1 to 64
 * time-out | out-of-memory       ends as at that limit, without waiting for it
 * fault sandbox|needs|host TEXT  the platform fails
 * fault-first CLAIMS SCOPE TEXT  so it does under the first claims; later ones go on
 * </pre>
 *
 * @param steps in order
 */
record Script(List<Step> steps) {
    private static final int MOST_BYTES = 64 << 20;

    /**
     * Reads a program's code.
     *
     * @throws ScriptError for the first line that is no step
     */
    static Script parse(byte[] code) throws ScriptError {
        List<Step> steps = new ArrayList<>();
        int number = 0;
        for (String line : new String(code, StandardCharsets.UTF_8).split("\n", -1)) {
            number++;
            if (!line.isBlank() && !line.startsWith("#")) {
                steps.add(step(line.strip(), number));
            }
        }
        return new Script(List.copyOf(steps));
    }

    private static Step step(String line, int number) throws ScriptError {
        String[] words = line.split(" ", 2);
        String rest = words.length > 1 ? words[1] : "";
        return switch (words[0]) {
            case "print" -> new Step.Print(false, line(rest));
            case "print-error" -> new Step.Print(true, line(rest));
            case "print-epoch" -> new Step.PrintEpoch();
            case "fill" -> new Step.Fill(integer(rest, 0, MOST_BYTES, number));
            case "sleep" ->
                    new Step.Sleep(Duration.ofMillis(integer(rest, 0, Integer.MAX_VALUE, number)));
            case "until-stopped" -> new Step.UntilStopped();
            case "exit" -> new Step.Exit(integer(rest, 0, 255, number));
            case "signal" -> new Step.Signal(integer(rest, 1, 64, number));
            case "time-out" -> new Step.TimeOut();
            case "out-of-memory" -> new Step.OutOfMemory();
            case "fault" -> fault(rest, Long.MAX_VALUE, number);
            case "fault-first" -> {
                String[] parts = rest.split(" ", 2);
                int claims = integer(parts[0], 1, Integer.MAX_VALUE, number);
                yield fault(parts.length > 1 ? parts[1] : "", claims, number);
            }
            default -> throw new ScriptError(number, "there is no step " + words[0]);
        };
    }

    private static byte[] line(String text) {
        return (text + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static Step fault(String rest, long claims, int line) throws ScriptError {
        String[] parts = rest.split(" ", 2);
        var scope =
                switch (parts[0]) {
                    case "sandbox" -> SandboxFault.Scope.SANDBOX;
                    case "needs" -> SandboxFault.Scope.NEEDS;
                    case "host" -> SandboxFault.Scope.HOST;
                    default ->
                            throw new ScriptError(
                                    line,
                                    "a fault is one of sandbox, needs or host, not " + parts[0]);
                };
        return new Step.Fault(scope, parts.length > 1 ? parts[1] : "scripted", claims);
    }

    private static int integer(String text, int least, int most, int line) throws ScriptError {
        try {
            int value = Integer.parseInt(text.strip());
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException notANumber) {
            // Said below, together with numbers that are out of range.
        }
        throw new ScriptError(
                line, "'%s' is not a whole number of %d to %d".formatted(text, least, most));
    }
}
