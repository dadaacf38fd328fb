package dev.kiln.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kiln.job.Context;
import dev.kiln.job.Demand;
import dev.kiln.job.JobId;
import dev.kiln.job.Placement;
import dev.kiln.job.Program;
import dev.kiln.job.Submission;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes submissions durable: the one insert behind every door. */
@ApplicationScoped
public class SubmissionStore {
    /** What became of a submission. */
    public enum Outcome {
        /** It is a new job, durable once the call has returned. */
        ACCEPTED,
        /** The same job was submitted before: nothing was written. */
        KNOWN,
        /** Its id belongs to a job with another body: nothing was written. */
        CONFLICT,
        /**
         * It names a context that its tenant has not uploaded, or not lately: nothing was written.
         */
        UNKNOWN_CONTEXT,
        /** Its id is that of a job that was removed since: nothing was written. */
        RETIRED,
        /** It is new, and its batch is closed: nothing was written. */
        BATCH_CLOSED,
        /**
         * It is new, and the size that it gives its batch contradicts what others gave or what is
         * there: nothing was written.
         */
        BATCH_SIZE
    }

    /**
     * One probe of an index a job for whether its id is retired: without the {@code offset} the
     * planner may hash all retired ids, in a plan that it made while there were few.
     */
    static final String INSERT_JOBS =
            """
            with given as materialized (
                select *, %s as demand, exists (select from tenant_cap c where c.tenant = t.tenant and not c.lifted) as capped
                  from unnest(?::uuid[], ?::text[], ?::text[], ?::text[], ?::int[], ?::timestamptz[], ?::timestamptz[],
                              ?::bigint[], ?::jsonb[], ?::text[], ?::bool[], ?::int[], ?::int[], ?::int[], ?::text[])
                    as t (id, tenant, batch, language, priority, run_at, deadline, memory_bytes, labels, image, network,
                          cpus, ahead, ttl_seconds, webhook)
            ), line as materialized (
                select tenant, priority, demand, next_turn(tenant, priority, demand) as turn
                  from (select distinct tenant, priority, demand from given) lines
            )
            insert into job (id, tenant, batch, language, priority, run_at, deadline, memory_bytes, labels,
                             image, network, cpus, ttl_seconds, webhook, capped, turn)
            select id, tenant, batch, language, priority, coalesce(run_at, now()), deadline, memory_bytes, labels,
                   image, network, cpus, ttl_seconds, webhook, capped,
                   case when not capped and (run_at is null or run_at <= now()) then line.turn + ahead end
              from given join line using (tenant, priority, demand)
             where not exists (select from retired_id r where r.id = given.id offset 0)
             order by id
            on conflict (id) do nothing
            returning id
            """
                    .formatted(Matching.DEMAND_OF);

    /**
     * Looks once more for retired ids. The insert of the jobs may have waited, with its older view
     * of the tables, for the removal of the very job that it then took for new.
     */
    private static final String INSERT_PAYLOADS =
            """
            insert into job_payload (job_id, code, stdin, inputs, body_hash, timeout_ms, memory_limit, cpu_limit,
                                     pids_limit, output_limit, disk_limit, context, context_sha256, traceparent)
            select * from unnest(?::uuid[], ?::bytea[], ?::bytea[], ?::bytea[], ?::bytea[], ?::bigint[], ?::bigint[],
                                 ?::float8[], ?::int[], ?::bigint[], ?::bigint[], ?::bytea[], ?::bytea[], ?::text[]) as t (job_id)
             where not exists (select from retired_id r where r.id = t.job_id offset 0)
            """;

    /** Takes back what the insert of the payloads found to be retired. */
    private static final String WITHDRAW =
            """
            delete from job where id = any (?::uuid[]) and exists (select from retired_id r where r.id = job.id offset 0)
            returning id
            """;

    /** Jobs that were cancelled before they came: they end here and now, with their event. */
    private static final String CANCEL_EARLY =
            """
            with early as (
                delete from early_cancel e using job
                 where e.job_id = any (?::uuid[]) and e.until > now() and job.id = e.job_id and job.tenant = e.tenant
                returning e.job_id
            ), cancelled as (
                update job set state = 'CANCELLED', cancel_requested = true, finished_at = now()
                  from early where job.id = early.job_id
                returning job.id, job.epoch
            )
            insert into outbox (job_id, epoch) select id, epoch from cancelled
            """;

    /** What a job was submitted as, and whether one of that id was removed. */
    private static final String BODY_HASHES =
            """
            select asked.id, p.body_hash, r.id is not null
              from unnest(?::uuid[]) as asked (id)
              left join lateral (select body_hash from job_payload where job_id = asked.id offset 0) p on true
              left join lateral (select id from retired_id where id = asked.id offset 0) r on true
            """;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Database database;
    private final Signals signals;
    private final Arrivals arrivals;

    SubmissionStore(Database database, Signals signals, Arrivals arrivals) {
        this.database = database;
        this.signals = signals;
        this.arrivals = arrivals;
    }

    /**
     * Inserts what is new, all in one transaction; their turns are in the order of the list.
     *
     * @param submissions with distinct ids
     * @return an outcome for each id
     * @throws StoreUnavailable when the same call may succeed later
     * @throws RuntimeException any other: Postgres refuses the content of at least one of them;
     *     none was written
     */
    public Map<JobId, Outcome> insert(List<Submission> submissions) {
        if (submissions.isEmpty()) {
            return Map.of();
        }
        // Sorted, so that two inserts that share ids lock them in the same order and cannot
        // deadlock.
        var sorted = submissions.stream().sorted(Comparator.comparing(Submission::id)).toList();
        var step = QueueStep.begin("admit");
        Map<JobId, Outcome> outcomes;
        try (var arriving = arrivals.of(submissions)) {
            outcomes = database.sql(connection -> insert(connection, sorted, arriving));
        }
        step.end(sorted.size());
        int accepted = Collections.frequency(outcomes.values(), Outcome.ACCEPTED);
        if (accepted > 0) {
            signals.queued(accepted);
        }
        return outcomes;
    }

    /** As {@link #insert(List)}, in a transaction that is under way, of which nobody is told. */
    static Map<JobId, Outcome> insert(
            Connection connection, List<Submission> sorted, Arrivals.Arriving arriving)
            throws SQLException {
        Set<JobId> without = ContextUses.withoutContext(connection, sorted);
        var possible = sorted.stream().filter(s -> !without.contains(s.id())).toList();
        var gate = BatchGate.enter(connection, possible);
        var runnable = possible.stream().filter(gate::admits).toList();
        Set<JobId> accepted = insertJobs(connection, runnable, arriving);
        accepted.removeAll(insertPayloads(connection, those(accepted, sorted)));
        var fresh = those(accepted, sorted);
        if (!fresh.isEmpty()) {
            ContextUses.insert(connection, fresh);
            cancelEarly(connection, fresh);
            gate.count(connection, fresh);
        }
        Map<JobId, Outcome> outcomes = new HashMap<>();
        accepted.forEach(id -> outcomes.put(id, Outcome.ACCEPTED));
        if (fresh.size() < sorted.size()) {
            var known = sorted.stream().filter(s -> !accepted.contains(s.id())).toList();
            // Also of those without context, or of a closed batch: a job that was submitted before
            // stays known.
            outcomes.putAll(compareBodies(connection, known));
            outcomes.putAll(gate.refusals(outcomes));
        }
        return outcomes;
    }

    private static List<Submission> those(Set<JobId> ids, List<Submission> of) {
        return of.stream().filter(s -> ids.contains(s.id())).toList();
    }

    private static Set<JobId> insertJobs(
            Connection connection, List<Submission> jobs, Arrivals.Arriving arriving)
            throws SQLException {
        try (var statement = connection.prepareStatement(INSERT_JOBS)) {
            var columns = new ArrayColumns<>(statement, jobs);
            columns.uuids(s -> s.id().value());
            columns.texts(s -> s.spec().placement().tenant());
            columns.texts(s -> s.spec().placement().batch());
            columns.texts(s -> s.spec().program().language());
            columns.ints(s -> s.spec().placement().priority());
            columns.texts(s -> text(s.spec().placement().runAt()));
            columns.texts(s -> text(s.spec().placement().deadline()));
            columns.longs(s -> s.spec().limits().memoryBytes());
            columns.texts(s -> labels(s.spec().placement()));
            columns.texts(s -> s.spec().program().needs().image());
            columns.booleans(s -> s.spec().program().needs().network());
            columns.ints(s -> Demand.of(s.spec()).cpus());
            columns.ints(s -> arriving.ahead(s.id()));
            columns.ints(s -> s.spec().aftercare().ttlSeconds());
            columns.texts(s -> s.spec().aftercare().webhook());
            return ids(statement);
        }
    }

    private static Set<JobId> ids(PreparedStatement statement) throws SQLException {
        Set<JobId> ids = new HashSet<>();
        try (var rows = statement.executeQuery()) {
            while (rows.next()) {
                ids.add(new JobId(rows.getObject(1, UUID.class)));
            }
        }
        return ids;
    }

    /** Returns those that are no new jobs after all, and have been taken back. */
    private static Set<JobId> insertPayloads(Connection connection, List<Submission> jobs)
            throws SQLException {
        if (jobs.isEmpty()) {
            return Set.of();
        }
        try (var statement = connection.prepareStatement(INSERT_PAYLOADS)) {
            var columns = new ArrayColumns<>(statement, jobs);
            columns.uuids(s -> s.id().value());
            columns.bytes(s -> s.spec().program().code());
            columns.bytes(s -> s.spec().program().stdin());
            columns.bytes(s -> inputs(s.spec().program()).toBytes());
            columns.bytes(Submission::bodyHash);
            columns.longs(s -> s.spec().limits().wall().toMillis());
            columns.longs(s -> s.spec().limits().memoryBytes());
            columns.doubles(s -> s.spec().limits().cpus());
            columns.ints(s -> s.spec().limits().pids());
            columns.longs(s -> s.spec().limits().outputBytes());
            columns.longs(s -> s.spec().limits().diskBytes());
            columns.bytes(s -> inline(s.spec().program().context()));
            columns.bytes(s -> sha256(s.spec().program().context()));
            columns.texts(s -> text(s.trace()));
            return statement.executeUpdate() == jobs.size() ? Set.of() : withdraw(connection, jobs);
        }
    }

    private static Set<JobId> withdraw(Connection connection, List<Submission> jobs)
            throws SQLException {
        try (var statement = connection.prepareStatement(WITHDRAW)) {
            new ArrayColumns<>(statement, jobs).uuids(s -> s.id().value());
            return ids(statement);
        }
    }

    private static void cancelEarly(Connection connection, List<Submission> jobs)
            throws SQLException {
        try (var statement = connection.prepareStatement(CANCEL_EARLY)) {
            new ArrayColumns<>(statement, jobs).uuids(s -> s.id().value());
            statement.executeUpdate();
        }
    }

    /** Whether each is what the job of its id was submitted as. */
    static Map<JobId, Outcome> compareBodies(Connection connection, List<Submission> known)
            throws SQLException {
        Map<JobId, byte[]> hashes = new HashMap<>();
        Set<JobId> retired = new HashSet<>();
        try (var statement = connection.prepareStatement(BODY_HASHES)) {
            new ArrayColumns<>(statement, known).uuids(s -> s.id().value());
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    var id = new JobId(rows.getObject(1, UUID.class));
                    hashes.put(id, rows.getBytes(2));
                    if (rows.getBoolean(3)) {
                        retired.add(id);
                    }
                }
            }
        }
        Map<JobId, Outcome> outcomes = new HashMap<>();
        for (Submission s : known) {
            byte[] hash = hashes.get(s.id());
            if (hash == null) {
                boolean removed = retired.contains(s.id());
                outcomes.put(s.id(), removed ? Outcome.RETIRED : Outcome.UNKNOWN_CONTEXT);
            } else {
                boolean same = Arrays.equals(hash, s.bodyHash());
                outcomes.put(s.id(), same ? Outcome.KNOWN : Outcome.CONFLICT);
            }
        }
        return outcomes;
    }

    private static Inputs inputs(Program program) {
        return new Inputs(program.args(), program.env(), program.files(), program.artifacts());
    }

    private static byte @Nullable [] inline(@Nullable Context context) {
        return context instanceof Context.Inline(byte[] content) ? content : null;
    }

    private static byte @Nullable [] sha256(@Nullable Context context) {
        return context instanceof Context.Uploaded(_, String hash)
                ? HexFormat.of().parseHex(hash)
                : null;
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }

    private static @Nullable String labels(Placement placement) {
        if (placement.labels().isEmpty()) {
            return null;
        }
        try {
            return JSON.writeValueAsString(placement.labels());
        } catch (JsonProcessingException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
