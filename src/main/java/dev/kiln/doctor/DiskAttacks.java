package dev.kiln.doctor;

import static dev.kiln.doctor.Attack.program;
import static dev.kiln.doctor.AttackClass.DISK;

import dev.kiln.job.InputFile;
import java.time.Duration;
import java.util.List;

/** Programs that write more than they may, or where they may not. */
final class DiskAttacks {
    private static final int SMALL_MEMORY = 96 << 20;
    private static final int ROUTES_TO_INPUTS = 4 * 7 + 4 * 3;

    private DiskAttacks() {}

    static List<Attack> all() {
        return List.of(
                program(
                        DISK,
                        "fills /tmp",
                        "refused at its disk limit, and the program goes on",
                        Attempt.of(DISK, "fills"),
                        Checks.exits(0).and(Checks.prints("ENOSPC " + Attempt.DISK + "\n"))),
                program(
                        DISK,
                        "writes into a file of a terabyte",
                        "refused at its disk limit",
                        Attempt.of(DISK, "sparse"),
                        Checks.exits(0)
                                .and(
                                        Checks.output(
                                                "no more than the limit was written",
                                                DiskAttacks::withinLimit))),
                program(
                        DISK,
                        "files without content",
                        "bounded by memory or time, not by the host",
                        Attempt.of(DISK, "many_files")
                                .memory(SMALL_MEMORY)
                                .wall(Duration.ofSeconds(4)),
                        Checks.begun()
                                .and(
                                        Checks.anyOf(
                                                List.of(
                                                        Checks.outOfMemory(),
                                                        Checks.timesOut(),
                                                        Checks.exits(1))))),
                program(
                        DISK,
                        "directories deeper than a path",
                        "the program ends, and nothing of it stays",
                        Attempt.of(DISK, "deep"),
                        Checks.exits(0).and(Checks.prints("begun True\n"))),
                program(
                        DISK,
                        "a file in every directory, every file of the image",
                        "refused everywhere but in /tmp and /dev/shm",
                        Attempt.of(DISK, "elsewhere"),
                        Checks.refused(1)),
                program(
                        DISK,
                        "changes its code, its inputs, the runner",
                        "refused on every route",
                        Attempt.of(DISK, "inputs")
                                .files(List.of(new InputFile("kept.txt", Attempt.bytes("kept")))),
                        Checks.refused(ROUTES_TO_INPUTS)));
    }

    private static boolean withinLimit(String output) {
        return output.matches("ENOSPC [0-9]{1,9}\n")
                && Integer.parseInt(output.strip().replace("ENOSPC ", "")) <= Attempt.DISK;
    }
}
