package dev.kiln.job;

/**
 * What a producer asked for.
 *
 * @param program what to run
 * @param limits what it may use, resolved against the policy: all set
 * @param placement where the job stands among others
 */
public record JobSpec(Program program, Limits limits, Placement placement) {}
