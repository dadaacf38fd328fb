package dev.kiln.store;

/**
 * How many jobs of a tenant wait at a priority.
 *
 * @param jobs that could run now if there were workers
 * @param more whether only so many of the tenant were counted, and there are more
 */
public record QueueDepth(String tenant, int priority, long jobs, boolean more) {}
