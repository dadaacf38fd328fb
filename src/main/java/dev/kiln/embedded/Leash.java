package dev.kiln.embedded;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Starts processes that do not outlive this JVM, in whatever way it ends.
 *
 * <p>The kernel signals such a process when its parent is gone ({@code PR_SET_PDEATHSIG}, set by
 * {@code setpriv}), so that even {@code kill -9} leaves nothing running. And it gets a session of
 * its own: a Ctrl-C in the terminal reaches only this JVM, which then stops its processes in the
 * right order.
 */
public final class Leash {

    private static final boolean AVAILABLE =
            works("setsid", "setpriv", "--pdeathsig", "TERM", "true");

    private Leash() {}

    /**
     * Starts the process; {@code prefix} comes before the leash in its command line.
     *
     * @param deathSignal what the process gets when this JVM is gone: {@code TERM}, {@code INT}
     */
    public static Process start(ProcessBuilder builder, String deathSignal, List<String> prefix)
            throws IOException {
        builder.command(command(builder.command(), deathSignal, prefix));
        var started = new CompletableFuture<Process>();
        // The kernel means the thread that started the process, not its JVM: this one lives as long
        // as the process does.
        Thread.ofPlatform()
                .daemon()
                .name("leash-" + deathSignal)
                .start(() -> hold(builder, started));
        try {
            return started.join();
        } catch (CompletionException e) {
            throw new IOException(e.getCause() == null ? e : e.getCause());
        }
    }

    private static List<String> command(
            List<String> program, String deathSignal, List<String> prefix) {
        var command = new ArrayList<String>();
        if (AVAILABLE) {
            command.add("setsid");
        }
        command.addAll(prefix);
        if (AVAILABLE) {
            command.addAll(List.of("setpriv", "--pdeathsig", deathSignal));
        }
        command.addAll(program);
        return command;
    }

    private static void hold(ProcessBuilder builder, CompletableFuture<Process> started) {
        try {
            var process = builder.start();
            started.complete(process);
            process.waitFor();
        } catch (IOException e) {
            started.completeExceptionally(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether this command ends with exit code 0 on this machine. */
    static boolean works(String... command) {
        try {
            var process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            return process.waitFor() == 0;
        } catch (IOException notInstalled) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
