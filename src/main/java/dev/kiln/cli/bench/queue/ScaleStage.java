package dev.kiln.cli.bench.queue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kiln.cli.client.Json;
import java.time.Duration;

/**
 * What a fleet of one size did in one window.
 *
 * @param jobs that ended, with how long they slept together
 * @param slots of all hosts
 * @param window how long it was looked at, and the processor time of doors, Postgres and this
 *     process
 * @param hostsCpu the processor time of all hosts
 * @param database what the database counted
 * @param topics what the broker's topics grew by, in bytes
 * @param load of the machine at the end; negative where that is not known
 */
record ScaleStage(
        int hosts,
        int slots,
        Jobs jobs,
        Window window,
        Duration hostsCpu,
        DatabaseMeter.Counts database,
        SessionSampler.Seen sessions,
        Topics topics,
        double load) {

    /** Jobs and the time that their programs took together. */
    record Jobs(int ended, Duration slept) {}

    /** Bytes of both topics. */
    record Topics(long jobs, long completions) {
        Topics minus(Topics before) {
            return new Topics(jobs - before.jobs, completions - before.completions);
        }
    }

    double perSecond() {
        return window.perSecond();
    }

    /** The share of all slots' time in which programs ran. */
    double utilisation() {
        return jobs.slept().toNanos() / (double) window.took().toNanos() / slots;
    }

    private double perJob(double value) {
        return value / jobs.ended();
    }

    /** Of what the database and the broker counted, a little longer than the window. */
    private double perCounted(double value) {
        return value / database.ended();
    }

    private long micros(Duration spent) {
        return Math.round(perJob(spent.toNanos() / 1e3));
    }

    private double perSecond(double value) {
        return value / (database.nanos() / 1e9);
    }

    /** The figures, with those of the queue's steps that the hosts recorded. */
    ObjectNode json(QueueSteps steps) {
        var json = Json.object().put("bench", "scale").put("hosts", hosts).put("slots", slots);
        json.put("seconds", round(window.took().toNanos() / 1e9)).put("jobs", jobs.ended());
        json.put("jobs_per_second", round(perSecond()));
        json.put("slot_utilisation", round(utilisation()));
        json.put("running_mean", round(sessions.running()));
        json.putObject("cpu_micros_per_job")
                .put("hosts", micros(hostsCpu))
                .put("doors", micros(window.cpu().kiln()))
                .put("postgres", micros(window.cpu().postgres()))
                .put("broker_and_driver", micros(window.cpu().broker()));
        json.set("steps", steps.json());
        json.set("per_job", perJob());
        json.set("statements", statements());
        var waits = json.putObject("active_sessions_by_wait");
        sessions.active().forEach((wait, mean) -> waits.put(wait, round(mean)));
        json.put("connections", sessions.mostSessions());
        json.put("most_sessions_at_locks", sessions.mostAtLocks());
        json.put("dead_job_rows", database.rows().deadJobs());
        json.put("autovacuums", database.rows().vacuums());
        json.put("load", round(load));
        return json;
    }

    private ObjectNode perJob() {
        var rows = database.rows();
        return Json.object()
                .put("wal_bytes", Math.round(perCounted(database.wal())))
                .put("transactions", round(perCounted(database.commits())))
                .put("rows_inserted", round(perCounted(rows.inserted())))
                .put("rows_updated", round(perCounted(rows.updated())))
                .put("rows_updated_hot", round(perCounted(rows.hot())))
                .put("rows_deleted", round(perCounted(rows.deleted())))
                .put("topic_jobs_bytes", Math.round(perCounted(topics.jobs())))
                .put("topic_completions_bytes", Math.round(perCounted(topics.completions())));
    }

    private ObjectNode statements() {
        var json = Json.object();
        database.statements()
                .forEach(
                        (kind, cost) ->
                                json.putObject(kind)
                                        .put("calls_per_second", round(perSecond(cost.calls())))
                                        .put(
                                                "ms_each",
                                                round(
                                                        cost.calls() == 0
                                                                ? 0
                                                                : cost.millis() / cost.calls()))
                                        .put("busy_share", round(perSecond(cost.millis()) / 1e3))
                                        .put("rows_per_second", round(perSecond(cost.rows())))
                                        .put(
                                                "wal_bytes_per_job",
                                                Math.round(perCounted(cost.wal()))));
        return json;
    }

    private static double round(double value) {
        return Double.isFinite(value) ? Math.round(value * 1000) / 1000.0 : 0;
    }
}
