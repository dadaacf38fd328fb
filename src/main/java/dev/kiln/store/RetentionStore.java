package dev.kiln.store;

import dev.kiln.job.JobId;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
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
            ), left_over as (
                update stored_object set remove_at = now()
                 where job_id = any (array(select id from due)) and remove_at is null
            ), no_longer_refused as (
                delete from rejected where id = any (array(select id from due))
            )
            delete from job where id = any (array(select id from due))
            """;

    /**
     * The next batches in the order of their names, locked: an insert into one of them waits, or
     * has it and is not waited for.
     */
    private static final String NEXT_BATCHES =
            """
            select tenant, name from batch
             where (tenant, name) > (?, ?)
             order by tenant, name
             limit ?
               for update skip locked
            """;

    /**
     * A statement of its own, since it has to see what was committed before the locks were there.
     * What goes is what says nothing any more: that a batch is over and was told to be, or nothing
     * at all, since it was neither closed nor has a size.
     */
    private static final String REMOVE_BATCHES =
            """
            delete from batch b
             using unnest(?::text[], ?::text[]) as a (tenant, name)
             where b.tenant = a.tenant and b.name = a.name
               and (b.announced_at is not null or (b.closed_at is null and b.size is null))
               and not exists (select from job j where j.tenant = b.tenant and j.batch = b.name offset 0)
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

    /** A batch's name in the order of all of them. */
    public record BatchName(String tenant, String name) {
        /** Before all others. */
        public static final BatchName FIRST = new BatchName("", "");
    }

    /**
     * What came of a look at some batches.
     *
     * @param removed how many were removed
     * @param last behind which the next look begins; {@link BatchName#FIRST} when all were seen
     */
    public record BatchStep(int removed, BatchName last) {}

    /**
     * Looks at the next batches and removes those that have no job any more, unless they are closed
     * and that is not told yet, or are to have jobs that did not come. Their names are free again.
     *
     * @param after where the last look ended
     * @param most how many to look at
     * @throws StoreUnavailable when the same call may succeed later
     */
    public BatchStep removeEmptyBatches(BatchName after, int most) {
        return database.sql(
                connection -> {
                    var seen = nextBatches(connection, after, most);
                    if (seen.isEmpty()) {
                        return new BatchStep(0, BatchName.FIRST);
                    }
                    try (var statement = connection.prepareStatement(REMOVE_BATCHES)) {
                        var columns = new ArrayColumns<>(statement, seen);
                        columns.texts(BatchName::tenant);
                        columns.texts(BatchName::name);
                        int removed = statement.executeUpdate();
                        return new BatchStep(
                                removed, seen.size() < most ? BatchName.FIRST : seen.getLast());
                    }
                });
    }

    private static List<BatchName> nextBatches(Connection connection, BatchName after, int most)
            throws SQLException {
        try (var statement = connection.prepareStatement(NEXT_BATCHES)) {
            statement.setString(1, after.tenant());
            statement.setString(2, after.name());
            statement.setInt(3, most);
            List<BatchName> seen = new ArrayList<>();
            try (var row = statement.executeQuery()) {
                while (row.next()) {
                    seen.add(new BatchName(row.getString(1), row.getString(2)));
                }
            }
            return seen;
        }
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

    /**
     * Forgets when events were published, of jobs that ended longer ago than that.
     *
     * @param most how many groups at most
     * @return how many groups were forgotten
     * @throws StoreUnavailable when the same call may succeed later
     */
    public int forgetPublications(Duration memory, int most) {
        return forget(Publications.FORGET, memory, most);
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
