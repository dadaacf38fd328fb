package dev.kiln.doctor;

import dev.kiln.job.ExecutionResult;

/** Judges what came of a program. */
@FunctionalInterface
interface Check {
    Outcome judge(ExecutionResult result);

    /** Both must hold; the second is not asked when the first does not. */
    default Check and(Check other) {
        return result -> {
            Outcome first = judge(result);
            return first.good() ? first.and(other.judge(result)) : first;
        };
    }
}
