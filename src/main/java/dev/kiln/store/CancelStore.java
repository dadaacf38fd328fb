package dev.kiln.store;

import dev.kiln.job.Cancellation;
import dev.kiln.job.JobId;
import dev.kiln.log.Transition;
import dev.kiln.metrics.JobMeters;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Takes jobs back: queued ones at once, running ones by a mark that their worker finds and that
 * wins over every way back into the queue. The job's row lock decides each race: whoever has it
 * first wins, and the other one sees what has become of the job.
 */
@ApplicationScoped
public class CancelStore {
    private static final Logger LOG = Logger.getLogger(CancelStore.class);

    /** What became of a wish to cancel. */
    public sealed interface Outcome {
        /** The job is CANCELLED, by this call or by an earlier one. */
        record Cancelled() implements Outcome {}

        /** The job runs; its worker will stop it, or its next way back into the queue will. */
        record Requested() implements Outcome {}

        /**
         * Too late: the job had come to another end.
         *
         * @param state the name of that end
         */
        record Ended(String state) implements Outcome {}

        /** The job belongs to another tenant: nothing was done. */
        record OtherTenant() implements Outcome {}

        /** There is no such job, and nothing is remembered. */
        record Unknown() implements Outcome {}

        /** There is no such job yet: the wish is remembered for a while. */
        record Remembered() implements Outcome {}
    }

    /**
     * Locks the jobs, and only then sees what they have come to. What follows is a statement of its
     * own on purpose: an update in this one would first build its new row from the version that the
     * statement began with, and fail the table's checks where that was RUNNING and is QUEUED by
     * now. In the order of their ids, as the inserts do, so that two never deadlock.
     */
    private static final String LOOK =
            """
            select job.id, job.state, job.owner, job.language, job.tenant = coalesce(a.tenant, job.tenant) as own
              from unnest(?::uuid[], ?::text[]) as a (id, tenant) join job on job.id = a.id
             order by job.id
               for update of job
            """;

    private static final String CANCEL_QUEUED =
            """
            with cancelled as (
                update job set state = 'CANCELLED', cancel_requested = true, finished_at = now(), reason = null
                 where id = any (?::uuid[]) and state = 'QUEUED'
                returning id, epoch
            )
            insert into outbox (job_id, epoch) select id, epoch from cancelled
            """;

    private static final String MARK_RUNNING =
            "update job set cancel_requested = true where id = any (?::uuid[]) and state = 'RUNNING'";

    /**
     * Placeholders for jobs that are not there. Each is gone before anybody can see it; until this
     * transaction ends it makes an insert of the same job wait, and it waits itself for one that is
     * under way. So either the job finds the memory or the cancel finds the job.
     */
    private static final String HOLD_THE_DOOR =
            """
            insert into job (id, tenant, language, priority, run_at, memory_bytes)
            select id, 'nobody', 'none', 0, now(), 0 from unnest(?::uuid[]) as a (id) order by id
            on conflict (id) do nothing
            returning id
            """;

    private static final String LET_GO = "delete from job where id = any (?::uuid[])";

    private static final String REMEMBER =
            """
            insert into early_cancel (job_id, tenant, until)
            select distinct id, tenant, now() + ? * interval '1 millisecond' from unnest(?::uuid[], ?::text[]) as a (id, tenant)
            on conflict (job_id, tenant) do update set until = excluded.until
            """;

    /** Whose end is not on its way yet. */
    private static final String UNENDED =
            """
            select id from job
             where tenant = ? and batch = ? and finished_at is null and not cancel_requested
             order by id
             limit ?
            """;

    private static final String FORGET = "delete from early_cancel where until <= now()";

    private final Database database;
    private final Signals signals;
    private final JobMeters meters;

    CancelStore(Database database, Signals signals, JobMeters meters) {
        this.database = database;
        this.signals = signals;
        this.meters = meters;
    }

    /**
     * Cancels one job, whoever it belongs to. Harmless to repeat: a call whose answer was lost is
     * answered as it would have been.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Outcome cancel(JobId job) {
        var found = database.sql(c -> cancel(c, new Wishes(List.of(job), new String[] {null})));
        tell(found);
        Found it = found.get(job);
        return it == null ? new Outcome.Unknown() : it.outcome();
    }

    /**
     * Cancels jobs of a batch that have not ended, and of which that was not wished before.
     *
     * @param most how many at most; where it is reached there may be more
     * @return an outcome for each of them; none when there are no such jobs
     * @throws StoreUnavailable when the same call may succeed later
     */
    public List<Outcome> cancel(String tenant, String batch, int most) {
        var found =
                database.sql(
                        connection -> {
                            var jobs = unended(connection, tenant, batch, most);
                            return cancel(connection, new Wishes(jobs, new String[jobs.size()]));
                        });
        tell(found);
        return found.values().stream().map(Found::outcome).toList();
    }

    private static List<JobId> unended(Connection connection, String tenant, String batch, int most)
            throws SQLException {
        try (var statement = connection.prepareStatement(UNENDED)) {
            statement.setString(1, tenant);
            statement.setString(2, batch);
            statement.setInt(3, most);
            List<JobId> jobs = new ArrayList<>();
            try (var row = statement.executeQuery()) {
                while (row.next()) {
                    jobs.add(new JobId(row.getObject(1, UUID.class)));
                }
            }
            return jobs;
        }
    }

    /**
     * Cancels jobs, and remembers the wishes whose jobs are not there yet.
     *
     * @param memory how long to remember
     * @return an outcome for each wish, in their order
     * @throws StoreUnavailable when the same call may succeed later
     */
    public List<Outcome> cancelOrRemember(List<Cancellation> wishes, Duration memory) {
        if (wishes.isEmpty()) {
            return List.of();
        }
        // One after the other where an id is wished away by two tenants: a wish's answer is its
        // own.
        var outcomes = new HashMap<Cancellation, Outcome>();
        for (var round : rounds(wishes)) {
            outcomes.putAll(cancelDistinct(round, memory));
        }
        return wishes.stream().map(outcomes::get).toList();
    }

    private static List<List<Cancellation>> rounds(List<Cancellation> wishes) {
        List<List<Cancellation>> rounds = new ArrayList<>();
        List<Cancellation> left = wishes.stream().distinct().toList();
        while (!left.isEmpty()) {
            Set<JobId> ids = new HashSet<>();
            var round = left.stream().filter(w -> ids.add(w.job())).toList();
            rounds.add(round);
            left = left.stream().filter(w -> !round.contains(w)).toList();
        }
        return rounds;
    }

    private Map<Cancellation, Outcome> cancelDistinct(List<Cancellation> round, Duration memory) {
        var wishes =
                new Wishes(
                        round.stream().map(Cancellation::job).toList(),
                        round.stream().map(Cancellation::tenant).toArray(String[]::new));
        var found =
                database.sql(
                        connection -> {
                            remember(connection, round, memory);
                            return cancel(connection, wishes);
                        });
        tell(found);
        Map<Cancellation, Outcome> outcomes = new HashMap<>();
        for (Cancellation wish : round) {
            Found it = found.get(wish.job());
            outcomes.put(wish, it == null ? new Outcome.Remembered() : it.outcome());
        }
        return outcomes;
    }

    private static void remember(Connection connection, List<Cancellation> round, Duration memory)
            throws SQLException {
        var absent = holdTheDoor(connection, round);
        if (absent.isEmpty()) {
            return;
        }
        var early = round.stream().filter(w -> absent.contains(w.job().value())).toList();
        update(connection, LET_GO, absent.toArray());
        try (var statement = connection.prepareStatement(REMEMBER)) {
            statement.setLong(1, memory.toMillis());
            new Wishes(
                            early.stream().map(Cancellation::job).toList(),
                            early.stream().map(Cancellation::tenant).toArray(String[]::new))
                    .set(statement, 2);
            statement.executeUpdate();
        }
    }

    private static Set<UUID> holdTheDoor(Connection connection, List<Cancellation> round)
            throws SQLException {
        Object[] ids =
                round.stream()
                        .map(Cancellation::job)
                        .sorted(Comparator.naturalOrder())
                        .map(JobId::value)
                        .toArray();
        Set<UUID> absent = new HashSet<>();
        try (var statement = connection.prepareStatement(HOLD_THE_DOOR)) {
            statement.setArray(1, connection.createArrayOf("uuid", ids));
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    absent.add(rows.getObject(1, UUID.class));
                }
            }
        }
        return absent;
    }

    private static Map<JobId, Found> cancel(Connection connection, Wishes wishes)
            throws SQLException {
        var found = look(connection, wishes);
        change(connection, CANCEL_QUEUED, found, "QUEUED");
        change(connection, MARK_RUNNING, found, "RUNNING");
        return found;
    }

    private static Map<JobId, Found> look(Connection connection, Wishes wishes)
            throws SQLException {
        Map<JobId, Found> found = new HashMap<>();
        try (var statement = connection.prepareStatement(LOOK)) {
            wishes.set(statement, 1);
            try (var row = statement.executeQuery()) {
                while (row.next()) {
                    found.put(
                            new JobId(row.getObject("id", UUID.class)),
                            new Found(
                                    row.getString("state"),
                                    row.getString("owner"),
                                    row.getString("language"),
                                    row.getBoolean("own")));
                }
            }
        }
        return found;
    }

    private static void change(
            Connection connection, String change, Map<JobId, Found> found, String state)
            throws SQLException {
        Object[] ids =
                found.entrySet().stream()
                        .filter(job -> job.getValue().own() && job.getValue().state().equals(state))
                        .map(job -> job.getKey().value())
                        .toArray();
        if (ids.length > 0) {
            update(connection, change, ids);
        }
    }

    private static void update(Connection connection, String change, Object[] ids)
            throws SQLException {
        try (var statement = connection.prepareStatement(change)) {
            statement.setArray(1, connection.createArrayOf("uuid", ids));
            statement.executeUpdate();
        }
    }

    /** Only hints and counts: what is to be relayed or stopped is in the tables. */
    private void tell(Map<JobId, Found> found) {
        Set<JobId> cancelled = new HashSet<>();
        Set<String> owners = new HashSet<>();
        found.forEach(
                (job, f) -> {
                    if (f.outcome() instanceof Outcome.Cancelled) {
                        cancelled.add(job);
                    } else if (f.outcome() instanceof Outcome.Requested && f.owner() != null) {
                        owners.add(f.owner());
                    }
                });
        signals.ended(cancelled);
        signals.cancelRequested(owners);
        found.forEach(this::tellEnded);
    }

    private void tellEnded(JobId job, Found found) {
        if (found.own() && found.state().equals("QUEUED")) {
            meters.ended(found.language(), "CANCELLED");
            Transition.of(job).states("QUEUED", "CANCELLED").outcome("cancelled").log(LOG);
        }
    }

    /**
     * Forgets the remembered wishes whose time is over.
     *
     * @return how many
     * @throws StoreUnavailable when the same call may succeed later
     */
    public int forgetOld() {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(FORGET)) {
                        return statement.executeUpdate();
                    }
                });
    }

    /** A job as the cancel found it, under its row's lock. */
    private record Found(String state, @Nullable String owner, String language, boolean own) {
        Outcome outcome() {
            if (!own) {
                return new Outcome.OtherTenant();
            }
            return switch (state) {
                case "QUEUED", "CANCELLED" -> new Outcome.Cancelled();
                case "RUNNING" -> new Outcome.Requested();
                default -> new Outcome.Ended(state);
            };
        }
    }

    /** Ids, and for each the tenant it must belong to, or null for any. */
    private record Wishes(List<JobId> jobs, @Nullable String[] tenants) {
        void set(PreparedStatement statement, int first) throws SQLException {
            Connection connection = statement.getConnection();
            Object[] ids = jobs.stream().map(JobId::value).toArray();
            statement.setArray(first, connection.createArrayOf("uuid", ids));
            statement.setArray(first + 1, connection.createArrayOf("text", tenants));
        }
    }
}
