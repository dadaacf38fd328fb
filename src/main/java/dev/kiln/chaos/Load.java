package dev.kiln.chaos;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.kiln.chaos.Arrival.Door;
import dev.kiln.chaos.Arrival.FollowUp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * All jobs of a run, decided before it starts.
 *
 * @param arrivals in order of time
 */
record Load(List<Arrival> arrivals) {
    /** Scripted programs cost next to nothing; with real ones among them this is a busy machine. */
    private static final double JOBS_A_SECOND = 6;

    private static final double DUPLICATED = 0.06;
    private static final double CONFLICTING = 0.05;
    private static final double CANCELLED = 0.06;
    private static final double CANCELLED_BEFORE = 0.02;
    private static final int LATEST_FOLLOW_UP_MS = 8000;

    Load {
        arrivals = List.copyOf(arrivals);
    }

    /** The mixed load that this seed stands for. */
    static Load of(long seed, Duration duration) {
        return of(seed, duration, JOBS_A_SECOND, random -> ProgramKind.any(random).sample(random));
    }

    /** One of other programs. */
    static Load of(
            long seed,
            Duration duration,
            double jobsASecond,
            Function<RandomGenerator, ProgramKind.Sample> programs) {
        var random = new Random(seed);
        List<Arrival> arrivals = new ArrayList<>();
        double seconds = 0;
        while (true) {
            // Exponential gaps: now and then many at once.
            seconds += -Math.log(1 - random.nextDouble()) / jobsASecond;
            var at = Duration.ofMillis((long) (seconds * 1000));
            if (at.compareTo(duration) >= 0) {
                return new Load(arrivals);
            }
            arrivals.add(arrival(at, programs.apply(random), random));
        }
    }

    private static Arrival arrival(Duration at, ProgramKind.Sample program, Random random) {
        String id = new UUID(random.nextLong(), random.nextLong()).toString();
        String document = document(id, program, program.code());
        Door door = random.nextInt(3) == 0 ? Door.HTTP : Door.TOPIC;
        List<FollowUp> after = new ArrayList<>();
        if (random.nextDouble() < DUPLICATED) {
            after.add(new FollowUp.Duplicate(wait(random), anyDoor(random)));
        }
        if (random.nextDouble() < CONFLICTING) {
            // By HTTP only when HTTP knows the first one: a record may still be on its way.
            Door conflicting = door == Door.TOPIC ? Door.TOPIC : anyDoor(random);
            String other = document(id, program, program.code() + "\nprint impostor");
            after.add(new FollowUp.Conflict(wait(random), conflicting, other));
        }
        if (random.nextDouble() < CANCELLED) {
            after.add(new FollowUp.Cancel(wait(random), anyDoor(random)));
        }
        boolean before = door == Door.TOPIC && random.nextDouble() < CANCELLED_BEFORE;
        if (before) {
            // By HTTP it could come in ahead of the cancel, whose record may still be on its way.
            after.replaceAll(
                    next ->
                            next instanceof FollowUp.Duplicate again
                                    ? new FollowUp.Duplicate(again.later(), Door.TOPIC)
                                    : next);
        }
        var deserved = before ? Deserved.cancelled() : program.deserved();
        return new Arrival(at, id, document, deserved, door, before, List.copyOf(after));
    }

    private static Duration wait(Random random) {
        return Duration.ofMillis(random.nextInt(LATEST_FOLLOW_UP_MS));
    }

    private static Door anyDoor(Random random) {
        return random.nextBoolean() ? Door.HTTP : Door.TOPIC;
    }

    private static String document(String id, ProgramKind.Sample program, String code) {
        var json = JsonNodeFactory.instance.objectNode();
        json.put("id", id).put("language", program.language()).put("code", code);
        json.putObject("sandbox")
                .put("timeout", program.timeoutSeconds())
                .put("memory_limit", "128m");
        return json.toString();
    }
}
