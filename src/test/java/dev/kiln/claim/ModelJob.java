package dev.kiln.claim;

import dev.kiln.store.LeaseStore.By;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a job's states ought to be: the rules of docs/ARCHITECTURE.md and nothing else. A value;
 * each transition gives the next one, or nothing when it must not happen.
 *
 * @param due whether its time to be claimed has come; only of a queued one
 * @param lapsed whether its lease has; only of a running one
 * @param late whether its deadline has passed
 * @param cancelled whether somebody took it back
 * @param result the epoch of its result
 * @param attempts those that came to nothing, as {@code epoch:counted}
 * @param events the epochs of its unsent completion events
 */
record ModelJob(
        String state,
        long epoch,
        int attempt,
        boolean due,
        boolean lapsed,
        boolean late,
        boolean cancelled,
        @Nullable Long result,
        List<String> attempts,
        List<Long> events) {
    private static final int MAX_ATTEMPTS = 3;

    static ModelJob queued() {
        return new ModelJob("QUEUED", 0, 0, true, false, false, false, null, List.of(), List.of());
    }

    boolean is(String name) {
        return state.equals(name);
    }

    boolean isLive() {
        return is("QUEUED") || is("RUNNING");
    }

    /** Whether a worker may have it now. */
    boolean claimable() {
        return is("QUEUED") && due && (epoch > 0 || !late);
    }

    ModelJob claimed() {
        return new ModelJob(
                "RUNNING",
                epoch + 1,
                attempt + 1,
                false,
                false,
                late,
                cancelled,
                null,
                attempts,
                events);
    }

    /** Whether a worker still holds it by this claim. */
    boolean heldBy(long claim) {
        return is("RUNNING") && epoch == claim;
    }

    ModelJob extended() {
        return new ModelJob(
                state, epoch, attempt, false, false, late, cancelled, result, attempts, events);
    }

    /**
     * With a result.
     *
     * @param stopped whether its program was stopped because somebody took it back
     */
    Optional<ModelJob> finished(long claim, boolean stopped) {
        return heldBy(claim)
                ? Optional.of(ended(stopped ? "CANCELLED" : "FINISHED", claim, attempts))
                : Optional.empty();
    }

    /** Taken back by its submitter; one that has ended stays as it is. */
    ModelJob takenBack() {
        var wished =
                new ModelJob(
                        state, epoch, attempt, due, lapsed, late, true, result, attempts, events);
        return switch (state) {
            case "QUEUED" -> wished.ended("CANCELLED", null, attempts);
            case "RUNNING" -> wished;
            default -> this;
        };
    }

    /** Whether a worker that asks again is told that this result is the job's. */
    boolean hasResultOf(long claim) {
        return result != null && result == claim;
    }

    Optional<ModelJob> failed(long claim, By by, boolean counted) {
        if (!heldBy(claim) || (by == By.REAPER && !lapsed)) {
            return Optional.empty();
        }
        List<String> history = new ArrayList<>(attempts);
        history.add(claim + ":" + counted);
        boolean over = counted && attempt >= MAX_ATTEMPTS;
        int held = counted ? attempt : attempt - 1;
        if (cancelled || over) {
            var last =
                    new ModelJob(
                            state, epoch, held, due, lapsed, late, cancelled, result, history,
                            events);
            return Optional.of(last.ended(cancelled ? "CANCELLED" : "ABANDONED", null, history));
        }
        return Optional.of(
                new ModelJob(
                        "QUEUED", epoch, held, false, false, late, cancelled, null, history,
                        events));
    }

    private ModelJob ended(String end, @Nullable Long by, List<String> history) {
        List<Long> told = new ArrayList<>(events);
        told.add(epoch);
        return new ModelJob(end, epoch, attempt, false, false, late, cancelled, by, history, told);
    }

    ModelJob expiredIfLate() {
        return is("QUEUED") && epoch == 0 && late ? ended("EXPIRED", null, attempts) : this;
    }

    ModelJob dueNow() {
        return is("QUEUED")
                ? new ModelJob(
                        state, epoch, attempt, true, false, late, cancelled, result, attempts,
                        events)
                : this;
    }

    ModelJob lapsedNow() {
        return is("RUNNING")
                ? new ModelJob(
                        state, epoch, attempt, false, true, late, cancelled, result, attempts,
                        events)
                : this;
    }

    ModelJob lateNow() {
        return new ModelJob(
                state, epoch, attempt, due, lapsed, true, cancelled, result, attempts, events);
    }

    /** Tried again though it was given up: with all its attempts, and an epoch of its own. */
    ModelJob retried() {
        return is("ABANDONED")
                ? new ModelJob(
                        "QUEUED", epoch + 1, 0, true, false, late, cancelled, null, attempts,
                        events)
                : this;
    }

    /** Its first event was sent. */
    ModelJob told() {
        return events.isEmpty()
                ? this
                : new ModelJob(
                        state,
                        epoch,
                        attempt,
                        due,
                        lapsed,
                        late,
                        cancelled,
                        result,
                        attempts,
                        events.subList(1, events.size()));
    }
}
