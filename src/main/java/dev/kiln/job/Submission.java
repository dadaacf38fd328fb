package dev.kiln.job;

import org.jspecify.annotations.Nullable;

/**
 * A job on its way in.
 *
 * @param id the job's identity
 * @param spec what to run
 * @param bodyHash SHA-256 of the canonical submission without its id (32 bytes): tells a repeated
 *     submission from a conflicting one
 * @param trace the trace that it belongs to; null of what is not traced
 */
public record Submission(JobId id, JobSpec spec, byte[] bodyHash, @Nullable TraceParent trace) {
    public Submission {
        if (bodyHash.length != 32) {
            throw new IllegalArgumentException("bodyHash must have 32 bytes: " + bodyHash.length);
        }
    }

    /** One that is in no trace yet. */
    public Submission(JobId id, JobSpec spec, byte[] bodyHash) {
        this(id, spec, bodyHash, null);
    }

    /** The same in this trace. */
    public Submission in(TraceParent other) {
        return new Submission(id, spec, bodyHash, other);
    }
}
