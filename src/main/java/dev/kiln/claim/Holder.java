package dev.kiln.claim;

/** Whoever runs a job under a lease; told by the heartbeat, from another thread. */
public interface Holder {
    /**
     * The lease is lost, or must be taken for lost: whatever runs must stop, and its outcome may
     * not count.
     */
    void lost();

    /** The submitter took the job back. */
    void cancelRequested();
}
