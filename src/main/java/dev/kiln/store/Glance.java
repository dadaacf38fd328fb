package dev.kiln.store;

import dev.kiln.job.ProgramStream;

/**
 * What those who follow a job have to know of it to find out whether there is more.
 *
 * @param state its name
 * @param ended whether the job can no longer change
 * @param epoch of its last claim; 0 before the first
 * @param attempt which attempt it is at or was at last
 * @param lastStdout where the last live piece of this epoch begins, in bytes; -1 where none is
 * @param lastStderr likewise
 */
public record Glance(
        String state, boolean ended, long epoch, int attempt, long lastStdout, long lastStderr) {
    /** Where the last live piece of that stream begins; -1 where none is. */
    public long last(ProgramStream stream) {
        return switch (stream) {
            case STDOUT -> lastStdout;
            case STDERR -> lastStderr;
        };
    }
}
