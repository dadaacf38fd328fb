package dev.kiln.dashboard;

import java.util.List;

/**
 * The form in which a job is tried.
 *
 * @param languages that there are
 * @param limits that may be set
 * @param mayRun whether the caller may submit at all
 */
record TryForm(List<String> languages, List<Limit> limits, boolean mayRun) {
    TryForm {
        languages = List.copyOf(languages);
        limits = List.copyOf(limits);
    }

    /**
     * A limit that may be set.
     *
     * @param field of the document's {@code sandbox}
     * @param standard what it is unless it is set
     * @param hint how it is written
     */
    record Limit(String field, String name, String standard, String hint) {}
}
