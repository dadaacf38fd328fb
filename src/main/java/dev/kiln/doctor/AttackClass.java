package dev.kiln.doctor;

import java.util.Locale;

/** What an attack is aimed at. The programs of each lie in the resource folder of its name. */
public enum AttackClass {
    /** A program ends at its time limit, whatever it does. */
    TIME,
    /** A program gets no more memory than its limit. */
    MEMORY,
    /** A program gets no more processes and threads than its limit. */
    PROCESSES,
    /** What is written is kept and counted exactly, and nothing written counts as a report. */
    OUTPUT,
    /** A program writes to its own sized scratch space alone. */
    DISK,
    /** A program reaches nothing over a network. */
    NETWORK,
    /** A program stays who it is, and sees nothing of the host or of others. */
    IDENTITY,
    /** How a program ends is reported as it was. */
    STATUS,
    /** What a job brings arrives unchanged. */
    INPUTS,
    /**
     * What a program leaves behind brings out its own bytes alone, and its context stays as it is.
     */
    ARTIFACTS,
    /** What one job does changes nothing for another. */
    NEIGHBOURS;

    /** The name on command lines, in documents and of the resource folder. */
    public String title() {
        return name().toLowerCase(Locale.ROOT);
    }
}
