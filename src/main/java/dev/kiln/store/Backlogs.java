package dev.kiln.store;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Measures what waits at the site: jobs for workers, events for the broker, deliveries for their
 * webhooks. Whatever waits, a bounded number of index entries is read: one or two for each kind of
 * job in the line, one of the outbox, {@value #MOST_WEBHOOKS} of the deliveries.
 */
@ApplicationScoped
public class Backlogs {
    /** Where the count of deliveries ends. */
    public static final int MOST_WEBHOOKS = 10_000;

    /**
     * Of each demand that some live worker can run, and each priority that it has in the line, the
     * job that is next: by the index of V18__retried_head.sql.
     */
    private static final String READ =
            """
            %1$s, runnable as (
                select d.demand from d left join worker w on w.live_until > now() group by d.demand having (%2$s) is null
            ), line as (
                select first.* from runnable cross join lateral (
                    select demand, priority from job where %3$s and job.demand = runnable.demand
                     order by priority desc limit 1) first
                union all
                select next.* from line cross join lateral (
                    select demand, priority from job
                     where %3$s and job.demand = line.demand and job.priority < line.priority
                     order by priority desc limit 1) next
            )
            select (select extract(epoch from now() - min(head.run_at))
                      from line cross join lateral (
                          select run_at from job
                           where %3$s and job.demand = line.demand and job.priority = line.priority and run_at <= now()
                           order by turn, id limit 1) head
                     where line.priority >= 0) * 1000 as job_ms,
                   (select extract(epoch from now() - created_at) from outbox order by seq limit 1) * 1000 as event_ms,
                   (select count(*) from (select from webhook_delivery where state = 'PENDING' and host <> '' limit %4$d) counted) as webhooks,
                   (select extract(epoch from now() - next_at) from webhook_delivery
                     where state = 'PENDING' and host <> '' order by next_at limit 1) * 1000 as webhook_ms
            """
                    .formatted(Matching.DEMANDS, Matching.LACK, Matching.IN_LINE, MOST_WEBHOOKS);

    private final Database database;

    Backlogs(Database database) {
        this.database = database;
    }

    /**
     * What waits.
     *
     * @param nextJob for how long the job has been waiting that its line has before all others, in
     *     the line where that is longest; a line has the jobs of one priority and the same needs,
     *     and one that no live worker can run, or of a priority below zero, does not count. Zero
     *     when none waits
     * @param oldestEvent for how long the oldest completion event has; zero when none waits
     * @param webhooks deliveries that are neither made nor given up, counted up to {@link
     *     #MOST_WEBHOOKS}
     * @param webhooksOverdue for how long the delivery has been due that has been it longest; zero
     *     when none is
     */
    public record Waiting(
            Duration nextJob, Duration oldestEvent, long webhooks, Duration webhooksOverdue) {}

    /**
     * What waits now.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Waiting read() {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(READ);
                            var row = statement.executeQuery()) {
                        row.next();
                        return new Waiting(
                                duration(row, "job_ms"),
                                duration(row, "event_ms"),
                                row.getLong("webhooks"),
                                duration(row, "webhook_ms"));
                    }
                });
    }

    /** Null is zero, and so is what is yet to come. */
    private static Duration duration(ResultSet row, String column) throws SQLException {
        return Duration.ofMillis(Math.max(0, row.getLong(column)));
    }
}
