package dev.kiln.lifecycle;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The loops of this process that were started and are not meant to have ended. */
final class Loops {
    private static final Set<Loop> STARTED = ConcurrentHashMap.newKeySet();

    private Loops() {}

    /**
     * How a loop stands.
     *
     * @param alive false when an error has ended its thread
     * @param turn for how long the turn under way has been going on; zero while it waits for the
     *     next
     * @param failing whether its last turn failed; it tries again
     */
    record Standing(String name, boolean alive, Duration turn, boolean failing) {
        /** Why only a restart helps, in one sentence; empty when that is not so. */
        Optional<String> stuck(Duration after) {
            if (!alive) {
                return Optional.of("An error has ended it (see the log): restart this process.");
            }
            return turn.compareTo(after) >= 0
                    ? Optional.of(
                            "Its turn has been going on for %d s: restart this process."
                                    .formatted(turn.toSeconds()))
                    : Optional.empty();
        }
    }

    static void add(Loop loop) {
        STARTED.add(loop);
    }

    static void remove(Loop loop) {
        STARTED.remove(loop);
    }

    /** All of them, by name. */
    static List<Standing> all() {
        return STARTED.stream()
                .map(Loop::standing)
                .sorted(Comparator.comparing(Standing::name))
                .toList();
    }
}
