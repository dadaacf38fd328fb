package dev.kiln.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a key may do; each may do all that those before it may. */
public enum KeyRole {
    READ,
    /** Also reads, since a submission is answered with what became of the job. */
    SUBMIT,
    ADMIN;

    /** The role's name in documents and in the database. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The role with that name. */
    public static Optional<KeyRole> of(String wireName) {
        return Arrays.stream(values()).filter(role -> role.wireName().equals(wireName)).findFirst();
    }
}
