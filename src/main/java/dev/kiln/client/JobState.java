package dev.kiln.client;

/** Where a job is. */
public enum JobState {
    /** It waits for a worker, or for its next attempt. */
    QUEUED,
    /** Its program runs. */
    RUNNING,
    /** Its program ended, well or not: see {@link KilnResult}. */
    FINISHED,
    /** It was taken back. */
    CANCELLED,
    /** The platform failed it as often as it may: {@link KilnJob#reason()} says how. */
    ABANDONED,
    /** It was not started before its deadline. */
    EXPIRED,
    /** Its submission was refused: {@link KilnJob#reason()} says why. */
    REJECTED,
    /** One that this client does not know: the server is newer. */
    UNKNOWN;

    /** Whether it stays as it is, unless somebody has an ABANDONED job tried again. */
    public boolean ended() {
        return this != QUEUED && this != RUNNING;
    }
}
