package dev.kiln.poll;

import dev.kiln.job.ProgramStream;
import dev.kiln.problem.ProblemException;
import dev.kiln.problem.ProblemType;
import dev.kiln.store.Glance;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How far a follower has come; the {@code id} of each event is the place behind it.
 *
 * @param epoch the claim that it has heard of; 0 before the first
 * @param stage which state it was told under that epoch
 * @param stdout how many bytes of that stream it has, under that epoch
 * @param stderr likewise
 */
record Position(long epoch, Stage stage, long stdout, long stderr) {
    /** What was told of the state. */
    enum Stage {
        NOTHING("n"),
        QUEUED("q"),
        RUNNING("r"),
        ENDED("e");

        private final String letter;

        Stage(String letter) {
            this.letter = letter;
        }

        static Stage of(Glance glance) {
            if (glance.ended()) {
                return ENDED;
            }
            return glance.state().equals("RUNNING") ? RUNNING : QUEUED;
        }

        private static Stage of(String letter) {
            for (Stage stage : values()) {
                if (stage.letter.equals(letter)) {
                    return stage;
                }
            }
            throw new IllegalArgumentException("no stage: " + letter);
        }
    }

    static final Position START = new Position(0, Stage.NOTHING, 0, 0);

    private static final Pattern TEXT =
            Pattern.compile("([0-9]{1,18})-([nqre])-([0-9]{1,18})-([0-9]{1,18})");

    /**
     * The place that a reconnecting client names.
     *
     * @param lastEventId the header's value; null for the beginning
     * @throws ProblemException when it is none that an event had
     */
    static Position parse(@Nullable String lastEventId) {
        if (lastEventId == null || lastEventId.isBlank()) {
            return START;
        }
        var parts = TEXT.matcher(lastEventId.strip());
        if (!parts.matches()) {
            throw new ProblemException(
                    ProblemType.INVALID_REQUEST,
                    "Last-Event-ID must be the id of an event of this job, unchanged; leave it out to begin anew");
        }
        return new Position(
                Long.parseLong(parts.group(1)),
                Stage.of(parts.group(2)),
                Long.parseLong(parts.group(3)),
                Long.parseLong(parts.group(4)));
    }

    /** At the beginning of that claim. */
    static Position at(long epoch) {
        return new Position(epoch, Stage.NOTHING, 0, 0);
    }

    Position told(Stage next) {
        return new Position(epoch, next, stdout, stderr);
    }

    long offset(ProgramStream stream) {
        return switch (stream) {
            case STDOUT -> stdout;
            case STDERR -> stderr;
        };
    }

    /** So many bytes of that stream further. */
    Position plus(ProgramStream stream, int bytes) {
        return switch (stream) {
            case STDOUT -> new Position(epoch, stage, stdout + bytes, stderr);
            case STDERR -> new Position(epoch, stage, stdout, stderr + bytes);
        };
    }

    /** Whether it was told how the job ended, and that still stands. */
    boolean atEndOf(Glance now) {
        return stage == Stage.ENDED && now.ended() && epoch == now.epoch();
    }

    /** Whether there is something to tell that is not behind this place. */
    boolean behind(Glance now) {
        return epoch != now.epoch()
                || stage != Stage.of(now)
                || now.lastStdout() >= stdout
                || now.lastStderr() >= stderr;
    }

    @Override
    public String toString() {
        return "%d-%s-%d-%d".formatted(epoch, stage.letter, stdout, stderr);
    }
}
