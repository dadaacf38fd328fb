package dev.kiln.store;

import dev.kiln.job.ClaimedJob;
import dev.kiln.job.Context;
import dev.kiln.job.JobSpec;
import dev.kiln.job.Lease;
import dev.kiln.job.Limits;
import dev.kiln.job.Needs;
import dev.kiln.job.Placement;
import dev.kiln.job.Program;
import dev.kiln.job.TraceParent;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gives queued jobs to workers. Every claim raises the job's epoch, see {@link Lease}. */
@ApplicationScoped
public class ClaimStore {
    /**
     * Which demands this worker can meet is asked of its row, so that a cordon holds at once. Of
     * each such demand the first jobs are locked, so that no job it cannot run is read; of these
     * the first in order are taken, up to the first that does not fit into the free memory: it
     * waits for room, and what is behind it waits with it, or a large job would never start.
     *
     * <p>The ids are chosen in a materialized CTE: as an {@code IN (select … limit … skip locked)}
     * the planner may run the subquery again and lock more rows than the limit. They are handed on
     * as an array, of which the planner expects few elements whatever it thinks of the limit:
     * planned once a connection ({@code plan_cache_mode} in application.properties), this must not
     * come to read the whole table.
     */
    static final String CLAIM =
            """
            %s, mine as materialized (
                select d.demand from d join worker w on w.id = ? and not w.cordoned where %s
            ), heads as materialized (
                select head.* from mine cross join lateral (
                    select id, priority, turn, memory_bytes from job
                     where state = 'QUEUED' and turn is not null and job.demand = mine.demand
                       and run_at <= now() and (epoch > 0 or deadline is null or deadline > now())
                     order by priority desc, turn, id
                     limit ?
                       for update skip locked) head
            ), ready as materialized (
                select id from (
                    select id, row_number() over line as place, sum(memory_bytes) over line as memory
                      from heads window line as (order by priority desc, turn, id)) queue
                 where place <= ? and memory <= ?
            ), claimed as (
                update job set state = 'RUNNING', epoch = epoch + 1, attempt = attempt + 1, owner = ?,
                               lease_until = now() + ? * interval '1 millisecond', started_at = now(), reason = null,
                               %s
                 where id = any (array(select id from ready))
                returning job.*
            )
            select c.id, c.epoch, c.attempt, c.lease_until, c.tenant, c.batch, c.language, c.priority, c.image, c.network,
                   p.code, p.stdin, p.inputs, p.timeout_ms, p.memory_limit, p.cpu_limit, p.pids_limit, p.output_limit,
                   p.disk_limit, p.context, p.context_sha256, p.traceparent,
                   extract(epoch from c.started_at - greatest(c.run_at, c.submitted_at)) * 1000 as waited_ms,
                   extract(epoch from c.started_at - c.submitted_at) * 1000 as age_ms
              from claimed c cross join lateral (select * from job_payload where job_id = c.id offset 0) p
             order by c.priority desc, c.turn, c.id
            """
                    .formatted(Matching.DEMANDS, Matching.FITS, GeneratedColumns.READ_ONCE);

    private final Database database;

    ClaimStore(Database database) {
        this.database = database;
    }

    /**
     * Claims the next jobs that this worker can run, in order of priority, then of their turns
     * (V10__turns.sql), then age.
     *
     * @param owner the worker's id; nothing is claimed unless it is registered
     * @param most how many at most; as many as there are free slots
     * @param memory what they may have together, in bytes
     * @param lease how long the claims hold unless extended
     * @throws StoreUnavailable when the same call may succeed later
     */
    public List<ClaimedJob> claim(String owner, int most, long memory, Duration lease) {
        var step = QueueStep.begin("claim");
        var claimed = database.sql(connection -> claim(connection, owner, most, memory, lease));
        step.end(claimed.size());
        return claimed;
    }

    static List<ClaimedJob> claim(
            Connection connection, String owner, int most, long memory, Duration lease)
            throws SQLException {
        try (var statement = connection.prepareStatement(CLAIM)) {
            bind(statement, owner, most, memory, lease);
            List<ClaimedJob> claimed = new ArrayList<>();
            try (var row = statement.executeQuery()) {
                while (row.next()) {
                    claimed.add(claimed(row, owner));
                }
            }
            return claimed;
        }
    }

    static void bind(
            PreparedStatement statement, String owner, int most, long memory, Duration lease)
            throws SQLException {
        statement.setString(1, owner);
        statement.setInt(2, most);
        statement.setInt(3, most);
        statement.setLong(4, memory);
        statement.setString(5, owner);
        statement.setLong(6, lease.toMillis());
    }

    private static ClaimedJob claimed(ResultSet row, String owner) throws SQLException {
        var inputs = Inputs.ofBytes(row.getBytes("inputs"));
        var spec =
                new JobSpec(
                        new Program(
                                row.getString("language"),
                                row.getBytes("code"),
                                row.getBytes("stdin"),
                                inputs.args(),
                                inputs.env(),
                                inputs.files(),
                                new Needs(row.getString("image"), row.getBoolean("network")),
                                context(row),
                                inputs.artifacts()),
                        limits(row),
                        new Placement(
                                row.getString("tenant"),
                                row.getString("batch"),
                                row.getInt("priority"),
                                Map.of(),
                                null,
                                null));
        var lease = LeaseStore.lease(row, owner);
        var waited = duration(row, "waited_ms");
        return new ClaimedJob(
                lease,
                spec,
                waited,
                lease.epoch() == 1 ? waited : duration(row, "age_ms"),
                TraceParent.stored(row.getString("traceparent")));
    }

    /** The clock of a transaction may stand before that of another one that began later. */
    private static Duration duration(ResultSet row, String millis) throws SQLException {
        return Duration.ofMillis(Math.max(0, row.getLong(millis)));
    }

    /** An uploaded one is only named: the worker reads it when it has a sandbox to put it into. */
    private static @Nullable Context context(ResultSet row) throws SQLException {
        byte[] inline = row.getBytes("context");
        byte[] hash = row.getBytes("context_sha256");
        if (hash != null) {
            return new Context.Uploaded(row.getString("tenant"), HexFormat.of().formatHex(hash));
        }
        return inline == null ? null : new Context.Inline(inline);
    }

    private static Limits limits(ResultSet row) throws SQLException {
        return new Limits(
                Duration.ofMillis(row.getLong("timeout_ms")),
                row.getLong("memory_limit"),
                row.getDouble("cpu_limit"),
                row.getInt("pids_limit"),
                row.getLong("output_limit"),
                row.getLong("disk_limit"));
    }
}
