package dev.kiln.store;

import dev.kiln.job.JobId;
import dev.kiln.job.Lease;
import dev.kiln.log.Transition;
import dev.kiln.metrics.JobMeters;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Who may run what, and for how long. Every claim raises the job's epoch, and everything written
 * about a claim is conditional on it: a worker that comes too late writes nothing. All times are
 * the database's clock.
 */
@ApplicationScoped
public class LeaseStore {
    private static final Logger LOG = Logger.getLogger(LeaseStore.class);

    /**
     * The rows are locked in the order of their ids, as {@link Finish} locks them and for the same
     * reasons.
     */
    private static final String EXTEND =
            """
            with held as materialized (
                select mine.id from unnest(?::uuid[], ?::bigint[]) as given (id, epoch) cross join lateral (
                    select id from job where job.id = given.id and job.epoch = given.epoch and job.owner is not null
                       for no key update) mine
            )
            update job set lease_until = now() + ? * interval '1 millisecond', %s
             where id = any (array(select id from held))
            returning job.id, job.epoch, job.cancel_requested
            """
                    .formatted(GeneratedColumns.READ_ONCE);

    private static final String PUT_BACK =
            """
            with returned as (
                update job set state = case when cancel_requested then 'CANCELLED' else 'QUEUED' end,
                               finished_at = case when cancel_requested then now() end,
                               reason = case when cancel_requested then null else ? end,
                               owner = null, lease_until = null,
                               attempt = attempt - case when ? then 0 else 1 end,
                               run_at = now() + ? * interval '1 millisecond'
                 where id = ? and epoch = ? and state = 'RUNNING' and (lease_until < now() or not ?)
                returning id, epoch, started_at, state, tenant, language
            ), event as (
                insert into outbox (job_id, epoch) select id, epoch from returned where state = 'CANCELLED'
            ), history as (
                insert into job_attempt (job_id, epoch, worker, started_at, counted, fault)
                select id, epoch, ?, started_at, ?, ? from returned
            )
            select state, tenant, language from returned
            """;

    private static final String ABANDON =
            """
            with abandoned as (
                update job set state = case when cancel_requested then 'CANCELLED' else 'ABANDONED' end,
                               reason = case when cancel_requested then null else ? end,
                               owner = null, lease_until = null, finished_at = now()
                 where id = ? and epoch = ? and state = 'RUNNING' and (lease_until < now() or not ?)
                returning id, epoch, started_at, state, tenant, language, reason, attempt, finished_at
            ), event as (
                insert into outbox (job_id, epoch, abandoned_reason, abandoned_attempt, abandoned_at)
                select id, epoch, reason, case when state = 'ABANDONED' then attempt end,
                       case when state = 'ABANDONED' then finished_at end
                  from abandoned
            ), history as (
                insert into job_attempt (job_id, epoch, worker, started_at, counted, fault)
                select id, epoch, ?, started_at, true, ? from abandoned
            )
            select state, tenant, language from abandoned
            """;

    /** Where an attempt that came to nothing has left its job. */
    public enum Left {
        /** It waits for its next attempt. */
        QUEUED,
        /** It was given up. */
        ABANDONED,
        /** A cancel was pending, which wins over every other way on. */
        CANCELLED,
        /** The lease was no longer held: nothing was written. */
        LEASE_LOST
    }

    private static final String LAPSED =
            """
            select id, epoch, owner, attempt, lease_until from job
             where state = 'RUNNING' and lease_until < now()
             order by lease_until
             limit ?
            """;

    private static final String OWNED =
            """
            select id, epoch, owner, attempt, lease_until from job where state = 'RUNNING' and owner = ?
            """;

    private static final String EXPIRE =
            """
            with late as (
                select id from job
                 where state = 'QUEUED' and epoch = 0 and deadline <= now()
                 limit ?
                   for update skip locked
            ), expired as (
                update job set state = 'EXPIRED', finished_at = now()
                  from late where job.id = late.id
                returning job.id, job.epoch, job.language
            ), event as (
                insert into outbox (job_id, epoch) select id, epoch from expired
            )
            select id, language from expired
            """;

    private final Database database;
    private final Signals signals;
    private final JobMeters meters;

    LeaseStore(Database database, Signals signals, JobMeters meters) {
        this.database = database;
        this.signals = signals;
        this.meters = meters;
    }

    /** What a heartbeat learned of a lease that is still held. */
    public record Extended(JobId job, long epoch, boolean cancelRequested) {}

    /**
     * Extends all of a worker's leases in one statement. A lease that is not in the answer is lost.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public List<Extended> extend(List<Lease> leases, Duration by) {
        return database.sql(connection -> extend(connection, leases, by));
    }

    private static List<Extended> extend(Connection connection, List<Lease> leases, Duration by)
            throws SQLException {
        var sorted = leases.stream().sorted(Comparator.comparing(Lease::job)).toList();
        try (var statement = connection.prepareStatement(EXTEND)) {
            var columns = new ArrayColumns<>(statement, sorted);
            columns.uuids(lease -> lease.job().value());
            columns.longs(Lease::epoch);
            statement.setLong(3, by.toMillis());
            List<Extended> extended = new ArrayList<>();
            try (var row = statement.executeQuery()) {
                while (row.next()) {
                    extended.add(new Extended(jobId(row), row.getLong("epoch"), row.getBoolean(3)));
                }
            }
            return extended;
        }
    }

    /** Who ends an attempt that came to nothing, and so on what condition it may. */
    public enum By {
        /** The worker that holds the lease, even if it has lapsed meanwhile. */
        HOLDER,
        /** The reaper, only as long as the lease has lapsed: a late heartbeat wins. */
        REAPER
    }

    /**
     * Puts a job back into the queue after an attempt that came to nothing; one that is to be
     * cancelled ends instead, with its completion event.
     *
     * @param counted false when no attempt was really made: it is then not held against the job
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Leaving putBack(Lease lease, By by, String fault, boolean counted, Duration delay) {
        var left =
                database.sql(
                        connection -> {
                            try (var statement = connection.prepareStatement(PUT_BACK)) {
                                statement.setString(1, fault);
                                statement.setBoolean(2, counted);
                                statement.setLong(3, delay.toMillis());
                                statement.setObject(4, lease.job().value());
                                statement.setLong(5, lease.epoch());
                                statement.setBoolean(6, by == By.REAPER);
                                statement.setString(7, lease.owner());
                                statement.setBoolean(8, counted);
                                statement.setString(9, fault);
                                return left(statement);
                            }
                        });
        if (left.now() == Left.QUEUED && delay.isZero()) {
            signals.queued(1);
        } else if (left.now() == Left.CANCELLED) {
            ended(lease, left);
        }
        return left;
    }

    /**
     * Gives a job up after its last attempt, with its completion event; one that is to be cancelled
     * ends as that.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Leaving abandon(Lease lease, By by, String fault, String reason) {
        var left =
                database.sql(
                        connection -> {
                            try (var statement = connection.prepareStatement(ABANDON)) {
                                statement.setString(1, reason);
                                statement.setObject(2, lease.job().value());
                                statement.setLong(3, lease.epoch());
                                statement.setBoolean(4, by == By.REAPER);
                                statement.setString(5, lease.owner());
                                statement.setString(6, fault);
                                return left(statement);
                            }
                        });
        if (left.now() != Left.LEASE_LOST) {
            ended(lease, left);
        }
        return left;
    }

    private void ended(Lease lease, Leaving left) {
        signals.ended(lease.job());
        meters.ended(Objects.requireNonNull(left.language()), left.now().name());
    }

    /**
     * What became of a job after an attempt that came to nothing.
     *
     * @param tenant whose it is; null with {@link Left#LEASE_LOST}
     * @param language in which it is written; null with {@link Left#LEASE_LOST}
     */
    public record Leaving(Left now, @Nullable String tenant, @Nullable String language) {
        /** Nothing was written. */
        public static final Leaving LOST = new Leaving(Left.LEASE_LOST, null, null);

        static Leaving of(ResultSet row) throws SQLException {
            return new Leaving(
                    Left.valueOf(row.getString("state")),
                    row.getString("tenant"),
                    row.getString("language"));
        }
    }

    private static Leaving left(PreparedStatement statement) throws SQLException {
        try (var row = statement.executeQuery()) {
            return row.next() ? Leaving.of(row) : Leaving.LOST;
        }
    }

    /**
     * Leases that ended without a word from their worker, oldest first.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public List<Lease> lapsed(int most) {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(LAPSED)) {
                        statement.setInt(1, most);
                        return leases(statement);
                    }
                });
    }

    /**
     * All leases that stand in a worker's name, whether it knows of them or not.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public List<Lease> owned(String owner) {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(OWNED)) {
                        statement.setString(1, owner);
                        return leases(statement);
                    }
                });
    }

    /**
     * Ends queued jobs whose deadline passed before their first start, each with its completion
     * event.
     *
     * @return how many
     * @throws StoreUnavailable when the same call may succeed later
     */
    public int expireLate(int most) {
        Map<JobId, String> expired =
                database.sql(
                        connection -> {
                            try (var statement = connection.prepareStatement(EXPIRE)) {
                                statement.setInt(1, most);
                                return languages(statement);
                            }
                        });
        signals.ended(expired.keySet());
        expired.forEach(this::tellExpired);
        return expired.size();
    }

    private void tellExpired(JobId job, String language) {
        meters.ended(language, "EXPIRED");
        Transition.of(job).states("QUEUED", "EXPIRED").outcome("deadline").log(LOG);
    }

    private static Map<JobId, String> languages(PreparedStatement statement) throws SQLException {
        Map<JobId, String> languages = new HashMap<>();
        try (var row = statement.executeQuery()) {
            while (row.next()) {
                languages.put(jobId(row), row.getString("language"));
            }
        }
        return languages;
    }

    private static List<Lease> leases(PreparedStatement statement) throws SQLException {
        List<Lease> leases = new ArrayList<>();
        try (var row = statement.executeQuery()) {
            while (row.next()) {
                leases.add(lease(row, row.getString("owner")));
            }
        }
        return leases;
    }

    static Lease lease(ResultSet row, String owner) throws SQLException {
        return new Lease(
                jobId(row),
                row.getLong("epoch"),
                owner,
                row.getInt("attempt"),
                row.getObject("lease_until", OffsetDateTime.class).toInstant());
    }

    private static JobId jobId(ResultSet row) throws SQLException {
        return new JobId(row.getObject("id", UUID.class));
    }
}
