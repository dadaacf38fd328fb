package dev.kiln.sandbox.scripted;

import dev.kiln.sandbox.SandboxFault;
import java.time.Duration;

/** One instruction of a scripted program; {@link Script} says how each is written. */
sealed interface Step {
    /** Writes on one of the two streams. */
    record Print(boolean toStderr, byte[] text) implements Step {}

    /** Writes so many bytes on standard output. */
    record Fill(long bytes) implements Step {}

    /** Writes the number of the claim that the program runs under. */
    record PrintEpoch() implements Step {}

    /** Waits; the wall limit or a stop may come first. */
    record Sleep(Duration span) implements Step {}

    /** Waits for the wall limit or a stop. */
    record UntilStopped() implements Step {}

    /** Ends by itself. */
    record Exit(int code) implements Step {}

    /** Ends by a signal. */
    record Signal(int number) implements Step {}

    /** Ends as at its wall limit, at once. */
    record TimeOut() implements Step {}

    /** Ends as at its memory limit. */
    record OutOfMemory() implements Step {}

    /**
     * The platform fails.
     *
     * @param claims only under the first so many claims; later ones go on with the next step
     */
    record Fault(SandboxFault.Scope scope, String message, long claims) implements Step {}
}
