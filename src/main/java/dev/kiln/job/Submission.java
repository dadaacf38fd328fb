package dev.kiln.job;

/**
 * A job on its way in.
 *
 * @param id the job's identity
 * @param spec what to run
 * @param bodyHash SHA-256 of the canonical submission without its id (32 bytes): tells a repeated
 *     submission from a conflicting one
 */
public record Submission(JobId id, JobSpec spec, byte[] bodyHash) {
    public Submission {
        if (bodyHash.length != 32) {
            throw new IllegalArgumentException("bodyHash must have 32 bytes: " + bodyHash.length);
        }
    }
}
