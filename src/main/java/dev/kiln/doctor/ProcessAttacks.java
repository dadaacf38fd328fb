package dev.kiln.doctor;

import static dev.kiln.doctor.Attack.program;
import static dev.kiln.doctor.AttackClass.PROCESSES;

import java.time.Duration;
import java.util.List;

/** Programs that take more processes than they may. */
final class ProcessAttacks {
    /** Besides the first. */
    private static final int OTHERS = Attempt.PIDS - 1;

    private static final String LIMITED = "refused beyond its limit, and the program goes on";

    private ProcessAttacks() {}

    static List<Attack> all() {
        return List.of(
                program(
                        PROCESSES,
                        "a fork bomb",
                        "held at its limit until its time is up",
                        Attempt.of(PROCESSES, "fork_bomb").wall(Duration.ofSeconds(2)),
                        Checks.begun().and(Checks.timesOut())),
                counted("forks", "forks until it cannot"),
                counted("threads", "threads until it cannot"),
                counted("zombies", "ended children that nobody asks about"),
                program(
                        PROCESSES,
                        "daemons, each on its own",
                        LIMITED,
                        Attempt.of(PROCESSES, "daemons"),
                        Checks.exits(0)
                                .and(
                                        Checks.output(
                                                "no more than its limit",
                                                text ->
                                                        daemons(text) <= OTHERS
                                                                && daemons(text) > 0))),
                program(
                        PROCESSES,
                        "kills every process that it may",
                        "its own children alone",
                        Attempt.of(PROCESSES, "kills_all"),
                        Checks.exits(0).and(Checks.prints("begun\nalone\n"))));
    }

    private static Attack counted(String script, String name) {
        return program(
                PROCESSES,
                name,
                LIMITED,
                Attempt.of(PROCESSES, script),
                Checks.exits(0).and(Checks.prints(OTHERS + " EAGAIN\n")));
    }

    private static int daemons(String output) {
        return output.matches("[0-9]+ EAGAIN\n")
                ? Integer.parseInt(output.replace(" EAGAIN\n", ""))
                : -1;
    }
}
