package dev.kiln.job;

import java.util.Locale;

/** The two streams that a program writes its output to. */
public enum ProgramStream {
    STDOUT,
    STDERR;

    /** The stream's name in documents and addresses. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
