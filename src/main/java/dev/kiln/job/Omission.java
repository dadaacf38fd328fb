package dev.kiln.job;

import java.util.Locale;

/**
 * A file, or a pattern, that was asked for and of which nothing was kept.
 *
 * @param path the file's path in printable characters, cut where it is long; or the pattern
 * @param reason why
 */
public record Omission(String path, Reason reason) {
    /** Why nothing was kept. */
    public enum Reason {
        /** A symbolic link; links are not followed. */
        LINK,
        /** A FIFO, socket or device, or on a file system other than the program's own. */
        SPECIAL,
        /** A folder: {@code folder/**} asks for what is in it. */
        DIRECTORY,
        /** The program itself could not have opened it. */
        UNREADABLE,
        /** Larger than one file may be. */
        TOO_LARGE,
        /** With it all files together would be larger than they may be. */
        OVER_TOTAL,
        /** More files than may be kept, or more names in the folder than are looked at. */
        TOO_MANY,
        /** In too many folders. */
        TOO_DEEP,
        /** Its name cannot be told: too long, no UTF-8, or with control characters. */
        NAME,
        /** The time for it was over. */
        TIME,
        /** There is no such file. */
        MISSING,
        /** The program was killed, or the sandbox ended, before it could be looked for. */
        NOT_COLLECTED;

        /** The name in documents. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        /**
         * The reason of that name in documents.
         *
         * @throws IllegalArgumentException when there is none
         */
        public static Reason ofWireName(String name) {
            return valueOf(name.toUpperCase(Locale.ROOT));
        }
    }
}
