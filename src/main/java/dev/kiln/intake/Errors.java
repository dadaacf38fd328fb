package dev.kiln.intake;

import dev.kiln.wire.FieldError;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects what is wrong with one document: all of it, so that its author mends it once, but not
 * without bound.
 */
final class Errors {
    private static final int MAX = 25;
    private final List<FieldError> list = new ArrayList<>();
    private int beyond;

    void add(String pointer, String message) {
        if (list.size() < MAX) {
            list.add(new FieldError(pointer, message));
        } else {
            beyond++;
        }
    }

    boolean isEmpty() {
        return list.isEmpty();
    }

    List<FieldError> list() {
        if (beyond == 0) {
            return List.copyOf(list);
        }
        var all = new ArrayList<>(list);
        all.add(new FieldError("", "and " + beyond + " more errors"));
        return all;
    }
}
