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
        /** It is new, and its batch is closed: nothing was written. */
        BATCH_CLOSED,
        /**
         * It is new, and the size that it gives its batch contradicts what others gave or what is
         * there: nothing was written.
         */
        BATCH_SIZE
    }

    private static final String INSERT_JOBS =
            """
            insert into job (id, tenant, batch, language, priority, run_at, deadline, memory_bytes, labels,
                             image, network, cpus)
            select id, tenant, batch, language, priority, coalesce(run_at, now()), deadline, memory_bytes, labels,
                   image, network, cpus
              from unnest(?::uuid[], ?::text[], ?::text[], ?::text[], ?::int[], ?::timestamptz[], ?::timestamptz[],
                          ?::bigint[], ?::jsonb[], ?::text[], ?::bool[], ?::int[])
                as t (id, tenant, batch, language, priority, run_at, deadline, memory_bytes, labels, image, network,
                      cpus)
            on conflict (id) do nothing
            returning id
            """;

    private static final String INSERT_PAYLOADS =
            """
            insert into job_payload (job_id, code, stdin, inputs, body_hash, timeout_ms, memory_limit, cpu_limit,
                                     pids_limit, output_limit, disk_limit, context, context_sha256)
            select * from unnest(?::uuid[], ?::bytea[], ?::bytea[], ?::bytea[], ?::bytea[], ?::bigint[], ?::bigint[],
                                 ?::float8[], ?::int[], ?::bigint[], ?::bigint[], ?::bytea[], ?::bytea[])
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

    private static final String BODY_HASHES =
            "select job_id, body_hash from job_payload where job_id = any (?::uuid[])";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Database database;
    private final Signals signals;

    SubmissionStore(Database database, Signals signals) {
        this.database = database;
        this.signals = signals;
    }

    /**
     * Inserts what is new, all in one transaction.
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
        var outcomes = database.sql(connection -> insert(connection, sorted));
        step.end(sorted.size());
        int accepted = Collections.frequency(outcomes.values(), Outcome.ACCEPTED);
        if (accepted > 0) {
            signals.queued(accepted);
        }
        return outcomes;
    }

    /** As {@link #insert(List)}, in a transaction that is under way, of which nobody is told. */
    static Map<JobId, Outcome> insert(Connection connection, List<Submission> sorted)
            throws SQLException {
        Set<JobId> without = ContextUses.withoutContext(connection, sorted);
        var possible = sorted.stream().filter(s -> !without.contains(s.id())).toList();
        var gate = BatchGate.enter(connection, possible);
        var runnable = possible.stream().filter(gate::admits).toList();
        Set<JobId> accepted = insertJobs(connection, runnable);
        var fresh = sorted.stream().filter(s -> accepted.contains(s.id())).toList();
        if (!fresh.isEmpty()) {
            insertPayloads(connection, fresh);
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

    private static Set<JobId> insertJobs(Connection connection, List<Submission> jobs)
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
            Set<JobId> inserted = new HashSet<>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    inserted.add(new JobId(rows.getObject(1, UUID.class)));
                }
            }
            return inserted;
        }
    }

    private static void insertPayloads(Connection connection, List<Submission> jobs)
            throws SQLException {
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
            statement.executeUpdate();
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
        try (var statement = connection.prepareStatement(BODY_HASHES)) {
            new ArrayColumns<>(statement, known).uuids(s -> s.id().value());
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    hashes.put(new JobId(rows.getObject(1, UUID.class)), rows.getBytes(2));
                }
            }
        }
        Map<JobId, Outcome> outcomes = new HashMap<>();
        for (Submission s : known) {
            byte[] hash = hashes.get(s.id());
            if (hash == null) {
                outcomes.put(s.id(), Outcome.UNKNOWN_CONTEXT);
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
