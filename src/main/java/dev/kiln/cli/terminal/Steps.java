package dev.kiln.cli.terminal;

import java.time.Duration;
import java.util.concurrent.Callable;

/** The steps of something that takes a while: one line each, with the time it took. */
public final class Steps {

    private final Terminal terminal;

    /** Told on standard error, where they do not mix with results. */
    public Steps(Terminal terminal) {
        this.terminal = terminal;
    }

    /** A step without a value. */
    public interface Action {
        /** Does it. */
        void run() throws Exception;
    }

    /** Does one step. */
    public void run(String name, Action action) throws Exception {
        call(
                name,
                () -> {
                    action.run();
                    return name;
                });
    }

    /** Does one step and gives what it makes. */
    public <T> T call(String name, Callable<T> action) throws Exception {
        long start = System.nanoTime();
        T made;
        try (var progress = new Progress(terminal)) {
            if (terminal.errIsTerminal()) {
                progress.show("  …  " + name);
            }
            made = action.call();
        }
        say(name, Duration.ofNanos(System.nanoTime() - start));
        return made;
    }

    private void say(String name, Duration took) {
        terminal.err().printf("  ✓  %s (%s)%n", name, Spans.of(took));
    }
}
