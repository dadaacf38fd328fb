package dev.kiln.job;

import java.util.Locale;

/**
 * What keeps all live workers from running a job: the first of these that none of them has, among
 * those that have all before it.
 */
public enum Lack {
    /** There is no live worker. */
    WORKER,
    /** The job's language. */
    LANGUAGE,
    /** A network for jobs. */
    NETWORK,
    /** The image that the job asks for. */
    IMAGE,
    /** As much memory or as many processors for one job. */
    SIZE,
    /** A host in working order. */
    HEALTH,
    /** Leave to claim. */
    CORDON;

    /** As metrics name it. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
