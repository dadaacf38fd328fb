package dev.kiln;

import io.quarkus.runtime.Application;
import io.quarkus.runtime.Quarkus;
import sun.misc.Signal;

/**
 * Makes TERM the ordinary end of a server that runs: it drains and exits with 0. Left to itself the
 * JVM does the same but exits with 143, which supervisors take for a failure.
 */
final class TermSignal {
    /** 128 + the signal's number, as shells have it. */
    private static final int TERMINATED = 143;

    private TermSignal() {}

    static void endsInOrder() {
        Signal.handle(new Signal("TERM"), _ -> end());
    }

    private static void end() {
        var application = Application.currentApplication();
        if (application != null && application.isStarted()) {
            Quarkus.asyncExit(0);
        } else {
            System.exit(TERMINATED);
        }
    }
}
