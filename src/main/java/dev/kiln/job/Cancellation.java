package dev.kiln.job;

/**
 * A wish to have a job cancelled, which may come before the job.
 *
 * @param job which
 * @param tenant whose it must be; a job of another tenant is not meant
 */
public record Cancellation(JobId job, String tenant) {
    public Cancellation {
        if (tenant.isEmpty()) {
            throw new IllegalArgumentException("tenant must not be empty");
        }
    }
}
