package dev.kiln.doctor;

import dev.kiln.sandbox.RunReleased;
import dev.kiln.sandbox.SandboxFault;

/**
 * A hostile program, or several together, and what must come of it.
 *
 * @param kind what it is aimed at
 * @param name what it does, in a few words; unique within its class
 * @param guarantee what must happen
 * @param jobs how many programs it runs at once
 * @param action carries it out
 */
record Attack(AttackClass kind, String name, String guarantee, int jobs, Action action) {
    /** The highest {@code jobs} of any attack. */
    static final int MOST_JOBS = 2;

    /** Carries an attack out and judges what came of it. */
    @FunctionalInterface
    interface Action {
        Outcome carryOut(Ground ground) throws SandboxFault, RunReleased, InterruptedException;
    }

    Attack {
        if (name.isBlank() || guarantee.isBlank()) {
            throw new IllegalArgumentException("an attack needs a name and a guarantee");
        }
        if (jobs < 1 || jobs > MOST_JOBS) {
            throw new IllegalArgumentException("jobs must be 1 to " + MOST_JOBS + ": " + jobs);
        }
    }

    /** One program and the check of its result. */
    static Attack program(
            AttackClass kind, String name, String guarantee, Attempt attempt, Check check) {
        return new Attack(kind, name, guarantee, 1, ground -> check.judge(ground.run(attempt)));
    }
}
