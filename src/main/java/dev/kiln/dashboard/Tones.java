package dev.kiln.dashboard;

import org.jspecify.annotations.Nullable;

/** In which colour a state is told, besides in words. */
final class Tones {
    private Tones() {}

    /**
     * @param success whether the program succeeded; null without a result
     */
    static String of(String state, @Nullable Boolean success) {
        return switch (state) {
            case "QUEUED" -> "wait";
            case "RUNNING" -> "busy";
            case "FINISHED" -> Boolean.TRUE.equals(success) ? "good" : "bad";
            case "CANCELLED" -> "wait";
            default -> "bad";
        };
    }
}
