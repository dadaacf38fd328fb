package dev.kiln.sandbox;

import dev.kiln.job.JobId;
import dev.kiln.job.Lease;

/**
 * Says whose a sandbox is, so that one left behind by a dead worker can be told from one at work.
 *
 * @param worker the worker's id
 * @param job the job
 * @param epoch the claim it runs under
 */
public record Tag(String worker, JobId job, long epoch) {
    public static Tag of(Lease lease) {
        return new Tag(lease.owner(), lease.job(), lease.epoch());
    }
}
