package dev.kiln.job;

/**
 * What a job needs of the worker that runs it.
 *
 * @param language the runtime's name
 * @param needs what it needs besides
 * @param cpus whole processors; at least 1
 * @param memoryBytes greater than zero
 */
public record Demand(String language, Needs needs, int cpus, long memoryBytes) {
    public Demand {
        if (cpus < 1) {
            throw new IllegalArgumentException("cpus must be >= 1: " + cpus);
        }
        if (memoryBytes < 1) {
            throw new IllegalArgumentException("memoryBytes must be > 0: " + memoryBytes);
        }
    }

    /** That of a job; a part of a processor needs a whole one to be there. */
    public static Demand of(JobSpec spec) {
        var limits = spec.limits();
        return new Demand(
                spec.program().language(),
                spec.program().needs(),
                (int) Math.ceil(limits.cpus()),
                limits.memoryBytes());
    }

    /** Why no worker can meet this demand now, in one sentence. */
    public String unmet(Lack lack) {
        return switch (lack) {
            case WORKER -> "no worker is alive";
            case LANGUAGE -> "no live worker runs language " + language;
            case NETWORK -> "no live worker runs language " + language + " with network";
            case IMAGE -> "no live worker that could run it has the image " + needs.image();
            case SIZE ->
                    "no live worker that could run it can give a job %d MiB of memory and %d processors"
                            .formatted(memoryBytes >> 20, cpus);
            case HEALTH -> "every live worker that could run it is in trouble";
            case CORDON -> "every live worker that could run it is cordoned";
        };
    }
}
