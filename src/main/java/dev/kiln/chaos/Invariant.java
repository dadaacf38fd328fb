package dev.kiln.chaos;

import java.util.List;
import java.util.function.Function;

/**
 * Something that must hold after any run.
 *
 * @param name short, for programs
 * @param promise in words
 * @param check finds what breaks it
 */
record Invariant(String name, String promise, Function<Evidence, Finding> check) {
    /**
     * What a check found.
     *
     * @param looked at what, in words
     * @param offenders what breaks the invariant; none when it holds
     */
    record Finding(String looked, List<String> offenders) {
        boolean held() {
            return offenders.isEmpty();
        }
    }

    /** The invariant and what was found of it. */
    record Checked(Invariant invariant, Finding finding) {}

    Checked check(Evidence evidence) {
        return new Checked(this, check.apply(evidence));
    }
}
