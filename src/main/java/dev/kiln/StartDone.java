package dev.kiln;

/** The process was started for one thing, which is done: it ends well before the rest begins. */
final class StartDone extends RuntimeException {
    private final String sentence;

    StartDone(String sentence) {
        super(sentence, null, false, false);
        this.sentence = sentence;
    }

    /** What was done. */
    String sentence() {
        return sentence;
    }
}
