package dev.kiln.sandbox.docker;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the two programs of the network's probe have seen.
 *
 * @param visitor lines of {@code firewall.py}
 * @param neighbour lines of {@code neighbour.py}
 * @param visited whether somebody came to a port that only the visitor knew
 * @param stderr of both
 */
record NetworkLook(String visitor, String neighbour, boolean visited, String stderr) {
    private static final String DONE = "done ";
    private static final String WAITING = "waiting ";

    /** The routes that are open and must not be. */
    List<String> open() {
        var open = new ArrayList<>(after(visitor, "open "));
        after(neighbour, "visit ")
                .forEach(who -> open.add("a neighbour, who was visited by " + who));
        if (visited) {
            open.add("a port of this host that nobody else knew");
        }
        return open;
    }

    /** How many routes were found closed. */
    int closed() {
        return after(visitor, "closed ").size();
    }

    /** Whether the visitor looked everywhere, also where the neighbour was, while it was there. */
    boolean complete() {
        return !after(visitor, DONE).isEmpty() && together();
    }

    /**
     * Whether the neighbour waited before the visitor looked for the last time, at an address where
     * it looked.
     */
    boolean together() {
        List<String> done = after(visitor, DONE);
        List<String> waiting = after(neighbour, WAITING);
        if (done.isEmpty() || waiting.isEmpty()) {
            return false;
        }
        String[] place = waiting.getFirst().split(" ", -1);
        return place.length == 2
                && time(place[1]) < time(done.getFirst())
                && after(visitor, "knocked ").contains(place[0]);
    }

    /** Why it is not complete. */
    String complaint() {
        return stderr.isBlank()
                ? "its programs did not meet, since this host is too busy"
                : stderr.strip().lines().reduce("", (before, last) -> last);
    }

    private static double time(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException none) {
            return Double.NaN;
        }
    }

    private static List<String> after(String lines, String word) {
        return lines.lines()
                .filter(line -> line.startsWith(word))
                .flatMap(line -> Stream.of(line.substring(word.length())))
                .toList();
    }
}
