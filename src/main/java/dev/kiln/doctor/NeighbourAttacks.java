package dev.kiln.doctor;

import static dev.kiln.doctor.AttackClass.NEIGHBOURS;

import java.time.Duration;
import java.util.List;

/** One job attacks while another minds its own business. */
final class NeighbourAttacks {
    /** What the honest program computes. */
    private static final String DIGEST =
            "digest ec3f8a4f7d979c756da7ff37db07673f97facbef38964aee79a4eba7fe2cf710\n";

    private static final Duration ATTACK = Duration.ofSeconds(5);
    private static final int SMALL_MEMORY = 96 << 20;

    private NeighbourAttacks() {}

    static List<Attack> all() {
        return List.of(
                beside(
                        "a fork bomb",
                        Attempt.of(AttackClass.PROCESSES, "fork_bomb"),
                        Checks.timesOut()),
                beside("busy processes", Attempt.of(NEIGHBOURS, "burns"), Checks.timesOut()),
                beside(
                        "files written for ever",
                        Attempt.of(NEIGHBOURS, "writes").disk(16 << 20),
                        Checks.timesOut()),
                beside(
                        "a flood of output",
                        Attempt.of(AttackClass.OUTPUT, "floods_for_ever"),
                        Checks.timesOut()),
                beside(
                        "a job out of memory",
                        Attempt.of(AttackClass.MEMORY, "mapped").memory(SMALL_MEMORY),
                        Checks.outOfMemory()));
    }

    private static Attack beside(String name, Attempt attack, Check attacks) {
        return new Attack(
                NEIGHBOURS,
                "beside " + name,
                "an honest job's result is right and in time",
                2,
                ground -> {
                    var both =
                            ground.runBoth(attack.wall(ATTACK), Attempt.of(NEIGHBOURS, "honest"));
                    return attacks.judge(both.first())
                            .and(Checks.exits(0).judge(both.second()))
                            .and(
                                    Checks.output(
                                                    "the right result",
                                                    text -> text.startsWith(DIGEST))
                                            .judge(both.second()));
                });
    }
}
