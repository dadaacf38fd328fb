package dev.kiln;

/** The server may not start: something that it cannot do without is missing. */
final class StartRefused extends RuntimeException {
    private final String sentence;

    StartRefused(String sentence) {
        super(sentence, null, false, false);
        this.sentence = sentence;
    }

    /** What was tried and what to do. */
    String sentence() {
        return sentence;
    }
}
