package dev.kiln.doctor;

import static dev.kiln.doctor.Attack.program;
import static dev.kiln.doctor.AttackClass.MEMORY;

import java.util.List;

/** Programs that take more memory than they may. */
final class MemoryAttacks {
    private static final long LIMIT = 96 << 20;

    /** A scratch space so large that memory is what runs out. */
    private static final long LARGE_DISK = 1L << 30;

    /** Of {@code /dev/shm}. */
    private static final long SHM = 1 << 20;

    private static final String KILLED = "killed by the kernel at its memory limit";

    private MemoryAttacks() {}

    static List<Attack> all() {
        return List.of(
                greedy("at_once", "all at once"),
                greedy("gradually", "little by little"),
                greedy("small_objects", "in small objects"),
                greedy("children", "in children, a part each"),
                greedy("tmpfs", "in files of /tmp"),
                greedy("memfd", "in a file of memory"),
                greedy("mapped", "in a shared mapping"),
                greedy("pipes", "in pipes that nobody reads"),
                program(
                        MEMORY,
                        "in /dev/shm",
                        "refused beyond 1 MiB",
                        Attempt.of(MEMORY, "shm"),
                        Checks.all(
                                Checks.exits(0),
                                Checks.prints("begun\nENOSPC %d %d\n".formatted(SHM, SHM)))),
                program(
                        MEMORY,
                        "an impossible request",
                        "refused, and the program goes on",
                        Attempt.of(MEMORY, "asks_politely"),
                        Checks.exits(0).and(Checks.begun())),
                new Attack(MEMORY, "two jobs together", KILLED + ", both", 2, MemoryAttacks::two));
    }

    private static Attempt attempt(String script) {
        return Attempt.of(MEMORY, script).memory(LIMIT).disk(LARGE_DISK);
    }

    private static Attack greedy(String script, String name) {
        return program(MEMORY, name, KILLED, attempt(script), check());
    }

    private static Check check() {
        return Checks.begun().and(Checks.outOfMemory());
    }

    private static Outcome two(Ground ground)
            throws dev.kiln.sandbox.SandboxFault,
                    dev.kiln.sandbox.RunReleased,
                    InterruptedException {
        var both = ground.runBoth(attempt("gradually"), attempt("mapped"));
        return check().judge(both.first()).and(check().judge(both.second()));
    }
}
