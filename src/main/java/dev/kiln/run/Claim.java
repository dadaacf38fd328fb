package dev.kiln.run;

import dev.kiln.job.JobId;
import dev.kiln.job.Lease;

/** What one claim of a job is known by for as long as it lasts, however often it is extended. */
record Claim(JobId job, long epoch) {
    static Claim of(Lease lease) {
        return new Claim(lease.job(), lease.epoch());
    }
}
