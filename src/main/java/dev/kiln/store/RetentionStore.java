package dev.kiln.store;

import dev.kiln.job.JobId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Optional;

/** Removes what has been kept long enough, a few hundred rows at a time. */
@ApplicationScoped
public class RetentionStore {
    /**
     * Only jobs that have ended have an {@code expires_at}; one that is being retried, or copied by
     * a rerun, is locked and left for the next step. A job stays as long as its completion event is
     * not out, by the topic or by its webhook; not said as {@code state = 'PENDING'}, which would
     * tempt the planner to the index of what is due. Everything else of a job refers to its row and
     * goes with it.
     */
    private static final String REMOVE =
            """
            with due as materialized (
                select id, tenant from job
                 where expires_at <= now()
                   and not exists (select from outbox o where o.job_id = job.id offset 0)
                   and (webhook is null or not exists (
                        select from webhook_delivery d
                         where d.job_id = job.id and d.state not in ('DELIVERED', 'FAILED') offset 0))
                 order by expires_at
                 limit ?
                   for update skip locked
            ), remembered as (
                insert into retired_id (id, tenant) select id, tenant from due on conflict (id) do nothing
            ), no_longer_refused as (
                delete from rejected where id = any (array(select id from due))
            )
            delete from job where id = any (array(select id from due))
            """;

    private static final String FORGET_IDS =
            """
            delete from retired_id where id = any (array(
                select id from retired_id
                 where retired_at < now() - ? * interval '1 millisecond'
                 order by retired_at
                 limit ?
                   for update skip locked))
            """;

    private static final String FORGET_REJECTIONS =
            """
            delete from rejected where id = any (array(
                select id from rejected
                 where rejected_at < now() - ? * interval '1 millisecond'
                 order by rejected_at
                 limit ?
                   for update skip locked))
            """;

    private static final String FIND = "select tenant, retired_at from retired_id where id = ?";

    private final Database database;

    RetentionStore(Database database) {
        this.database = database;
    }

    /**
     * Removes jobs whose time is over, those first that should have gone first, with all that
     * belongs to them, and remembers their ids. Several at once remove nothing twice and do not
     * wait for each other.
     *
     * @param most how many at most
     * @return how many were removed
     * @throws StoreUnavailable when the same call may succeed later
     */
    public int removeExpired(int most) {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(REMOVE)) {
                        statement.setInt(1, most);
                        return statement.executeUpdate();
                    }
                });
    }

    /**
     * Forgets ids of jobs that were removed longer ago than that.
     *
     * @param most how many at most
     * @return how many were forgotten
     * @throws StoreUnavailable when the same call may succeed later
     */
    public int forgetIds(Duration memory, int most) {
        return forget(FORGET_IDS, memory, most);
    }

    /**
     * Forgets why submissions were refused that came longer ago than that.
     *
     * @param most how many at most
     * @return how many were forgotten
     * @throws StoreUnavailable when the same call may succeed later
     */
    public int forgetRejections(Duration memory, int most) {
        return forget(FORGET_REJECTIONS, memory, most);
    }

    private int forget(String sql, Duration memory, int most) {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(sql)) {
                        statement.setLong(1, memory.toMillis());
                        statement.setInt(2, most);
                        return statement.executeUpdate();
                    }
                });
    }

    /**
     * The job that had this id, when it was removed and its id is still remembered.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Optional<RetiredJob> find(JobId id) {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(FIND)) {
                        statement.setObject(1, id.value());
                        try (var row = statement.executeQuery()) {
                            return row.next()
                                    ? Optional.of(
                                            new RetiredJob(
                                                    id,
                                                    row.getString(1),
                                                    row.getObject(2, OffsetDateTime.class)
                                                            .toInstant()))
                                    : Optional.empty();
                        }
                    }
                });
    }
}
