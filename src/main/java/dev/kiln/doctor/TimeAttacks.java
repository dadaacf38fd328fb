package dev.kiln.doctor;

import static dev.kiln.doctor.Attack.program;
import static dev.kiln.doctor.AttackClass.TIME;

import java.time.Duration;
import java.util.List;

/** Programs that do not want to end. */
final class TimeAttacks {
    private static final Duration WALL = Duration.ofSeconds(1);
    private static final String KILLED = "killed at its time limit, its output kept";

    private TimeAttacks() {}

    static List<Attack> all() {
        return List.of(
                endless("busy", "a busy loop"),
                endless("asleep", "sleeps"),
                endless("deaf", "ignores and blocks every signal"),
                endless("stops_itself", "stops itself"),
                endless("stops_children", "stops its children and itself"),
                endless("daemons_and_waits", "busy daemons in sessions of their own"),
                endless("execs", "becomes another program over and over"),
                program(
                        TIME,
                        "leaves a daemon behind",
                        "ends with the program, the daemon too",
                        Attempt.of(TIME, "daemon"),
                        Checks.all(
                                Checks.exits(0),
                                Checks.begun(),
                                Checks.soonerThan(Duration.ofSeconds(10)))));
    }

    private static Attack endless(String script, String name) {
        return program(
                TIME,
                name,
                KILLED,
                Attempt.of(TIME, script).wall(WALL),
                Checks.begun().and(Checks.timesOut()));
    }
}
