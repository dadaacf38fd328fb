package dev.kiln.store;

/**
 * The one definition of which worker can run which job, as pieces of SQL. In them {@code d} is a
 * demand and {@code w} a row of {@code worker}.
 */
final class Matching {
    /**
     * The columns of a job that make up its demand; memory in the steps that V5__worker.sql
     * explains.
     */
    static final String DEMAND =
            "demand, language, network, image, cpus, (memory_bytes + 134217727) / 134217728 * 134217728 as memory_bytes";

    /** A demand, of the columns that make it up: as the generated column of V5__worker.sql. */
    static final String DEMAND_OF =
            """
            language || ' ' || cpus::text || ' ' || ((memory_bytes + 134217727) / 134217728)::text
                     || case when network then ' network ' else ' - ' end || coalesce(image, '')""";

    /** That a job is in the line: see V10__turns.sql. The index of the line has this condition. */
    static final String IN_LINE = "state = 'QUEUED' and turn is not null";

    /**
     * The distinct demands of all jobs in the line: one probe of the index for each, however many
     * jobs there are. Begins a {@code with} list.
     */
    static final String DEMANDS =
            """
            with recursive d as (
                (select %1$s from job where %2$s order by demand limit 1)
                union all
                select next.* from d cross join lateral (
                    select %1$s from job where %2$s and job.demand > d.demand order by job.demand limit 1
                ) next
            )"""
                    .formatted(DEMAND, IN_LINE);

    private static final String LANGUAGE = "d.language = any (w.languages)";
    private static final String NETWORK = LANGUAGE + " and (not d.network or w.network)";
    private static final String IMAGE =
            NETWORK + " and (d.image is null or d.image = any (w.images))";

    /** Whether the worker can run it when it has nothing else to do. */
    static final String FITS = IMAGE + " and d.cpus <= w.cpus and d.memory_bytes <= w.memory_bytes";

    private static final String HEALTHY = FITS + " and w.trouble is null";

    /**
     * The name of a {@link dev.kiln.job.Lack}, or null when some worker can run it: an aggregate
     * over all live workers.
     */
    static final String LACK =
            """
            case when count(w.id) = 0 then 'WORKER'
                 when not bool_or(%s) then 'LANGUAGE'
                 when not bool_or(%s) then 'NETWORK'
                 when not bool_or(%s) then 'IMAGE'
                 when not bool_or(%s) then 'SIZE'
                 when not bool_or(%s) then 'HEALTH'
                 when not bool_or(%s and not w.cordoned) then 'CORDON'
            end"""
                    .formatted(LANGUAGE, NETWORK, IMAGE, FITS, HEALTHY, HEALTHY);

    private Matching() {}
}
