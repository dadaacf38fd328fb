package dev.kiln;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The server's entry point. The command line client has its own, which does not boot Quarkus. */
@QuarkusMain
public class Main {
    /** Kept, since the log manager forgets the level of a logger that nobody holds. */
    private static final Logger HIBERNATE = Logger.getLogger("org.hibernate");

    public static void main(String... args) {
        // What it says of itself while starting comes before the log is configured, and so on top
        // of the sentence about a setting that is wrong.
        HIBERNATE.setLevel(Level.WARNING);
        var failure = StartFailure.inPlaceOfQuarkus();
        TermSignal.endsInOrder();
        Quarkus.run(null, (exitCode, cause) -> failure.end(exitCode, cause), args);
    }
}
