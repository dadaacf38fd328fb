package dev.kiln.doctor;

/** What came of an attack. */
public sealed interface Outcome {
    /** What happened, in a few words. */
    String happened();

    /** What shows it; empty where that is all there is to say. */
    String evidence();

    /** Whether the guarantee stands. What could not be tried does not. */
    default boolean good() {
        return this instanceof Held;
    }

    /** Both: the first of the two that is not good, else what happened in each. */
    default Outcome and(Outcome other) {
        if (!good()) {
            return this;
        }
        return other.good()
                ? new Held(
                        join(", ", happened(), other.happened()),
                        join("; ", evidence(), other.evidence()))
                : other;
    }

    private static String join(String between, String first, String second) {
        return first.isEmpty() || second.isEmpty() ? first + second : first + between + second;
    }

    /** What must happen happened. */
    record Held(String happened, String evidence) implements Outcome {}

    /** Something else happened. */
    record Violated(String happened, String evidence) implements Outcome {}

    /** The attack did not take place, so nothing is known. */
    record NotTried(String happened, String evidence) implements Outcome {}
}
