package dev.kiln.sandbox.docker;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A process beside the worker that thaws what the worker had frozen when it died, by SIGKILL too:
 * its standard input ends then. It is a shell with a fixed script; what it is to thaw comes by that
 * input and is never part of a command.
 */
final class Thawer implements Closeable {
    private static final String DISMISSED = ".";
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** A line is the word that thaws, a space, and the file to write it to. */
    private static final String SCRIPT =
            """
            trap '' HUP INT TERM QUIT TSTP
            lines=
            while IFS= read -r line; do
                test "$line" = . && exit
                lines="$lines$line
            "
            done
            printf %s "$lines" | while IFS=' ' read -r word file; do
                test -e "$file" && printf %s "$word" > "$file"
            done 2> /dev/null
            exit 0
            """;

    private final Process process;
    private final OutputStream lines;

    private Thawer(Process process) {
        this.process = process;
        this.lines = process.getOutputStream();
    }

    /**
     * Starts one that has nothing to thaw.
     *
     * @throws IOException when the host has no shell
     */
    static Thawer start() throws IOException {
        return new Thawer(
                new ProcessBuilder("/bin/sh", "-c", SCRIPT)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start());
    }

    boolean alive() {
        return process.isAlive();
    }

    /**
     * Has this thawed when the worker is gone.
     *
     * @throws IOException when the process is gone itself
     */
    void add(Cgroup.Freeze freeze) throws IOException {
        say(freeze.thawed() + " " + freeze.file());
    }

    private void say(String line) throws IOException {
        lines.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        lines.flush();
    }

    /** Ends it without thawing anything: another one does that from now on. */
    void dismiss() {
        try {
            say(DISMISSED);
            lines.close();
        } catch (IOException gone) {
            // As it should be.
            process.destroyForcibly();
        }
    }

    /** Has it thaw all that it knows, and waits for it, unless somebody stopped it. */
    @Override
    public void close() {
        try {
            lines.close();
        } catch (IOException gone) {
            // It knows by that too.
        }
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
