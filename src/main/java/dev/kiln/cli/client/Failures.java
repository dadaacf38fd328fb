package dev.kiln.cli.client;

import dev.kiln.client.KilnException;
import dev.kiln.client.KilnProblem;
import dev.kiln.client.KilnUnreachable;

/** What goes wrong on the way to a server and there, for the person at the terminal. */
final class Failures {
    private Failures() {}

    /** A question to a server. */
    interface Question<T> {
        /** Asks it. */
        T ask() throws InterruptedException;
    }

    /**
     * Asks.
     *
     * @throws CliException when there is no answer, or a refusal
     */
    static <T> T inWords(Question<T> question) throws InterruptedException {
        try {
            return question.ask();
        } catch (KilnException e) {
            throw of(e);
        }
    }

    /** With what failed underneath, by which callers tell a server that is away. */
    static CliException of(KilnException e) {
        return switch (e) {
            case KilnProblem problem -> new CliException(inWords(problem), problem);
            case KilnUnreachable away -> new CliException(inWords(away), away.failed());
        };
    }

    static String inWords(KilnException e) {
        return switch (e) {
            case KilnProblem problem -> Problems.inWords(problem.status(), problem.body());
            case KilnUnreachable away -> "%s: %s".formatted(away.getMessage(), remedy(away));
        };
    }

    private static String remedy(KilnUnreachable away) {
        return switch (away.failure()) {
            case NO_CONNECTION ->
                    "start one with `./kiln up`, or name another with --server or KILN_URL";
            case NO_ANSWER -> "look at its log, or try again";
            case BROKEN -> "try again";
        };
    }
}
