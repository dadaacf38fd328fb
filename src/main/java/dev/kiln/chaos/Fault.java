package dev.kiln.chaos;

import java.time.Duration;
import java.util.Optional;

/** One kind of harm, with whom it hits and for how long. */
sealed interface Fault permits ProcessFault, ServerFault, LinkFault, ContainerFault, ReplayTopic {
    /** In words, as progress shows it. */
    String inWords();

    /** The process that nobody else may end, stop or start meanwhile, if there is one. */
    default Optional<Node> handles(Cluster cluster) {
        return Optional.empty();
    }

    /** Whether it keeps anybody from Postgres. */
    default boolean troublesDatabase() {
        return false;
    }

    /** Does the harm and ends it again; blocks for as long as it lasts. */
    void strike(Scene scene) throws InterruptedException;

    /** In seconds. */
    static String seconds(Duration span) {
        return "%.1f s".formatted(span.toMillis() / 1000.0);
    }
}
