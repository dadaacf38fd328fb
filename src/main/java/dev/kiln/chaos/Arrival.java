package dev.kiln.chaos;

import java.time.Duration;
import java.util.List;

/**
 * One job of the load and what its producer does about it, in order.
 *
 * @param at since the start
 * @param id a UUID
 * @param document the submission
 * @param deserved what must come of it
 * @param door by which it is submitted
 * @param cancelledBefore whether a cancel of it comes by the topic before it does
 * @param after what follows once it is accepted
 */
record Arrival(
        Duration at,
        String id,
        String document,
        Deserved deserved,
        Door door,
        boolean cancelledBefore,
        List<FollowUp> after) {
    /** A way in. */
    enum Door {
        TOPIC,
        HTTP
    }

    /** Something that a producer should not do, but will. */
    sealed interface FollowUp {
        /** How long after what came before it. */
        Duration later();

        /** By which door. */
        Door door();

        /** The same document again, which changes nothing. */
        record Duplicate(Duration later, Door door) implements FollowUp {}

        /** Another document under the same id, which is refused. */
        record Conflict(Duration later, Door door, String document) implements FollowUp {}

        /** The job is taken back. */
        record Cancel(Duration later, Door door) implements FollowUp {}
    }

    /** The record that cancels it. */
    String cancel() {
        return "{\"cancel\": \"%s\"}".formatted(id);
    }

    /** Whether its producer takes it back at some time. */
    boolean isCancelled() {
        return cancelledBefore || after.stream().anyMatch(FollowUp.Cancel.class::isInstance);
    }

    /** Whether a conflict by this door will follow. */
    boolean conflictsBy(Door which) {
        return after.stream()
                .anyMatch(each -> each instanceof FollowUp.Conflict && each.door() == which);
    }
}
