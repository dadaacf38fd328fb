package dev.kiln.store;

import dev.kiln.job.Context;
import dev.kiln.job.JobId;
import dev.kiln.job.Limits;
import dev.kiln.job.Needs;
import dev.kiln.job.TraceParent;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes new jobs of what old ones were submitted as. */
@ApplicationScoped
public class RerunStore {
    private static final Set<String> UNENDED = Set.of("QUEUED", "RUNNING");

    /** Until the end of the transaction nobody can delete the job. */
    private static final String FIND =
            """
            select job.state, job.tenant, job.image, job.network, p.timeout_ms, p.memory_limit, p.cpu_limit, p.pids_limit,
                   p.output_limit, p.disk_limit, p.context_sha256, p.traceparent
              from job join job_payload p on p.job_id = job.id
             where job.id = ?
               for key share of job
            """;

    /** Nobody closes the batch, or gives it a size, before the end of the transaction. */
    private static final String HOLD_BATCH =
            "select from batch b join job on job.tenant = b.tenant and job.batch = b.name where job.id = ? for share of b";

    /**
     * At once and without a deadline: when the old job was to run says nothing about this one. In
     * no batch where the old one's is closed, or has a size, which counts the old job only.
     */
    private static final String INSERT_JOB =
            """
            insert into job (id, tenant, batch, language, priority, run_at, memory_bytes, labels, image, network, cpus,
                             ttl_seconds, webhook, rerun_of, capped, turn)
            select ?, tenant, (select b.name from batch b where b.tenant = job.tenant and b.name = job.batch
                                   and b.closed_at is null and b.size is null),
                   language, priority, now(), memory_bytes, labels, image, network, cpus,
                   ttl_seconds, webhook, id, cap.capped,
                   case when not cap.capped then next_turn(tenant, priority, demand) end
              from job cross join lateral (
                  select exists (select from tenant_cap c where c.tenant = job.tenant and not c.lifted) as capped) cap
             where id = ?
            """;

    private static final String INSERT_PAYLOAD =
            """
            insert into job_payload (job_id, code, stdin, inputs, body_hash, timeout_ms, memory_limit, cpu_limit,
                                     pids_limit, output_limit, disk_limit, context, context_sha256, traceparent)
            select ?, code, stdin, inputs, body_hash, timeout_ms, memory_limit, cpu_limit,
                   pids_limit, output_limit, disk_limit, context, context_sha256, ?::text
              from job_payload where job_id = ?
            """;

    private static final String INSERT_CONTEXT_USE =
            """
            insert into context_use (job_id, tenant, sha256)
            select new.id, old.tenant, p.context_sha256
              from (values (?::uuid)) as new (id), job old join job_payload p on p.job_id = old.id
             where old.id = ? and p.context_sha256 is not null
            """;

    private final Database database;
    private final Signals signals;

    RerunStore(Database database, Signals signals) {
        this.database = database;
        this.signals = signals;
    }

    /**
     * What matters of an old job.
     *
     * @param state the state's name
     * @param context what it read of what its tenant had uploaded
     * @param trace the trace that it belonged to; null when it was not traced
     */
    public record Old(
            String state,
            Limits limits,
            Needs needs,
            Context.@Nullable Uploaded context,
            @Nullable TraceParent trace) {
        /** Whether the job has come to its end. */
        public boolean ended() {
            return !UNENDED.contains(state);
        }
    }

    /**
     * The job that is to be run once more.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Optional<Old> find(JobId job) {
        return database.sql(connection -> Optional.ofNullable(find(connection, job)));
    }

    /** What became of a rerun. */
    public enum Outcome {
        /** The new job is durable. */
        QUEUED,
        /** There is no such old job. */
        UNKNOWN,
        /** The old job may still change: nothing was written. */
        NOT_ENDED,
        /** The context that it read is no longer there: nothing was written. */
        CONTEXT_GONE
    }

    /**
     * Queues a new job with what the old one was submitted as.
     *
     * @param fresh the new job's id, which nobody has used
     * @param trace the trace that the new job belongs to; null when it is not traced
     * @throws StoreUnavailable when nobody knows whether it was written
     */
    public Outcome rerun(JobId old, JobId fresh, @Nullable TraceParent trace) {
        var outcome = database.sql(connection -> rerun(connection, old, fresh, trace));
        if (outcome == Outcome.QUEUED) {
            signals.queued(1);
        }
        return outcome;
    }

    private static Outcome rerun(
            Connection connection, JobId id, JobId fresh, @Nullable TraceParent trace)
            throws SQLException {
        var old = find(connection, id);
        if (old == null) {
            return Outcome.UNKNOWN;
        }
        if (!old.ended()) {
            return Outcome.NOT_ENDED;
        }
        var context = old.context();
        if (context != null && ContextUses.hold(connection, List.of(context)).isEmpty()) {
            return Outcome.CONTEXT_GONE;
        }
        try (var statement = connection.prepareStatement(HOLD_BATCH)) {
            statement.setObject(1, id.value());
            statement.execute();
        }
        String traceparent = trace == null ? null : trace.text();
        copy(connection, INSERT_JOB, fresh.value(), id.value());
        copy(connection, INSERT_PAYLOAD, fresh.value(), traceparent, id.value());
        copy(connection, INSERT_CONTEXT_USE, fresh.value(), id.value());
        return Outcome.QUEUED;
    }

    private static void copy(Connection connection, String sql, @Nullable Object... values)
            throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }

    private static @Nullable Old find(Connection connection, JobId job) throws SQLException {
        try (var statement = connection.prepareStatement(FIND)) {
            statement.setObject(1, job.value());
            try (var row = statement.executeQuery()) {
                return row.next() ? old(row) : null;
            }
        }
    }

    private static Old old(ResultSet row) throws SQLException {
        byte[] context = row.getBytes("context_sha256");
        return new Old(
                row.getString("state"),
                new Limits(
                        Duration.ofMillis(row.getLong("timeout_ms")),
                        row.getLong("memory_limit"),
                        row.getDouble("cpu_limit"),
                        row.getInt("pids_limit"),
                        row.getLong("output_limit"),
                        row.getLong("disk_limit")),
                new Needs(row.getString("image"), row.getBoolean("network")),
                context == null
                        ? null
                        : new Context.Uploaded(
                                row.getString("tenant"), HexFormat.of().formatHex(context)),
                TraceParent.stored(row.getString("traceparent")));
    }
}
