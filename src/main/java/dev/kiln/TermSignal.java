package dev.kiln;

import dev.kiln.lifecycle.OrderlyEnd;
import io.quarkus.arc.Arc;
import io.quarkus.runtime.Application;
import io.quarkus.runtime.Quarkus;
import sun.misc.Signal;

/**
 * Makes TERM the ordinary end of a server that runs: it drains and exits with 0. Left to itself the
 * JVM exits with 143, which supervisors take for a failure, and the HTTP server is closed before
 * the drain.
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
            var end = Thread.ofPlatform().name("orderly-end").unstarted(TermSignal::endInOrder);
            // That of the signals' thread does not know the application.
            end.setContextClassLoader(application.getClass().getClassLoader());
            end.start();
        } else {
            System.exit(TERMINATED);
        }
    }

    /** Not on the thread of the signals, which others may still come by. */
    private static void endInOrder() {
        try {
            Arc.container().instance(OrderlyEnd.class).get().begin();
        } finally {
            Quarkus.asyncExit(0);
        }
    }
}
