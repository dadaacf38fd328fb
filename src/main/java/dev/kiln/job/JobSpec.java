package dev.kiln.job;

/**
 * What a producer asked for.
 *
 * @param program what to run
 * @param limits what it may use, resolved against the policy: all set
 * @param placement where the job stands among others
 * @param aftercare what is to be done about it after its end
 */
public record JobSpec(Program program, Limits limits, Placement placement, Aftercare aftercare) {
    /** Of a job about which nothing special is to be done after its end. */
    public JobSpec(Program program, Limits limits, Placement placement) {
        this(program, limits, placement, Aftercare.STANDARD);
    }
}
