package dev.kiln.store;

import dev.kiln.job.Compilation;
import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Lease;
import dev.kiln.job.Limits;
import dev.kiln.job.Termination;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A result on its way into the tables.
 *
 * @param lease the claim that it came from
 * @param stdoutUtf8 whether that stream is UTF-8, found out once, here
 * @param compileUtf8 null where there was no compile step
 * @param objects {@link ObjectsJson}; null where all bytes are in the row
 */
record Finish(
        Lease lease,
        ExecutionResult result,
        boolean stdoutUtf8,
        boolean stderrUtf8,
        @Nullable Boolean compileUtf8,
        byte @Nullable [] artifacts,
        byte @Nullable [] objects) {
    /**
     * Ends jobs with their results and events. A job whose epoch has moved on is left alone. The
     * rows are locked in the order of their ids, as the heartbeat locks them.
     *
     * <p>The update takes what was locked as an array and does not join it: of a nested loop over a
     * CTE, PostgreSQL (seen with 18.1) forgets the rest as soon as it meets a row that another
     * transaction has changed since the statement began, as the heartbeat does. That a job runs is
     * asked of its owner, since {@code state = 'RUNNING'} would tempt the planner to the index of
     * leases, which holds all that run and ran lately.
     */
    private static final String FINISH =
            """
            with given as materialized (
                select * from unnest(
                    ?::uuid[], ?::bigint[], ?::text[], ?::text[], ?::int[], ?::bool[], ?::bool[], ?::bool[], ?::int[],
                    ?::bytea[], ?::bytea[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[],
                    ?::text[], ?::bigint[], ?::bigint[], ?::text[], ?::text[],
                    ?::bigint[], ?::bigint[], ?::float8[], ?::int[], ?::bigint[], ?::bigint[], ?::bool[],
                    ?::text[], ?::text[], ?::text[], ?::text[], ?::bytea[],
                    ?::int[], ?::bigint[], ?::bigint[], ?::bytea[], ?::bigint[], ?::bool[], ?::bool[], ?::bool[],
                    ?::bytea[], ?::bigint[])
                  as t (job_id, epoch, state, termination, exit_code, timed_out, oom_killed, success, signal,
                        stdout, stderr, stdout_bytes, stderr_bytes, duration_ms, cpu_ms, peak_memory_bytes,
                        limit_name, limit_value, limit_reached, killed_by, evidence_source,
                        timeout_ms, memory_limit, cpu_limit, pids_limit, output_limit, disk_limit, network,
                        runtime, runtime_version, image, worker, artifacts,
                        compile_exit_code, compile_ms, compile_cpu_ms, compile_output, compile_output_bytes,
                        stdout_utf8, stderr_utf8, compile_output_utf8, objects, start_ms)
            ), held as materialized (
                select held.id from given cross join lateral (
                    select id from job
                     where job.id = given.job_id and job.epoch = given.epoch and job.owner is not null
                       for no key update) held
            ), finished as (
                update job set state = case when id = any (array(select job_id from given where state = 'CANCELLED'))
                                            then 'CANCELLED' else 'FINISHED' end,
                               finished_at = now(), owner = null, lease_until = null
                 where id = any (array(select id from held))
                returning job.id, job.epoch
            ), event as (
                insert into outbox (job_id, epoch) select id, epoch from finished
            )
            insert into execution_result (
                job_id, epoch, termination, exit_code, timed_out, oom_killed, success, signal,
                stdout, stderr, stdout_bytes, stderr_bytes, duration_ms, cpu_ms, peak_memory_bytes,
                limit_name, limit_value, limit_reached, killed_by, evidence_source,
                timeout_ms, memory_limit, cpu_limit, pids_limit, output_limit, disk_limit, network,
                runtime, runtime_version, image, worker, artifacts,
                compile_exit_code, compile_ms, compile_cpu_ms, compile_output, compile_output_bytes,
                stdout_utf8, stderr_utf8, compile_output_utf8, objects, start_ms)
            select job_id, given.epoch, termination, exit_code, timed_out, oom_killed, success, signal,
                   stdout, stderr, stdout_bytes, stderr_bytes, duration_ms, cpu_ms, peak_memory_bytes,
                   limit_name, limit_value, limit_reached, killed_by, evidence_source,
                   timeout_ms, memory_limit, cpu_limit, pids_limit, output_limit, disk_limit, network,
                   runtime, runtime_version, image, worker, artifacts,
                   compile_exit_code, compile_ms, compile_cpu_ms, compile_output, compile_output_bytes,
                   stdout_utf8, stderr_utf8, compile_output_utf8, objects, start_ms
              from finished join given on given.job_id = finished.id
            returning job_id, epoch
            """;

    static Finish of(Lease lease, ExecutionResult result) {
        Compilation compile = result.compile();
        return new Finish(
                lease,
                result,
                result.stdout().utf8(),
                result.stderr().utf8(),
                compile == null ? null : compile.output().utf8(),
                ArtifactsJson.toBytes(result.artifacts()),
                ObjectsJson.toBytes(result));
    }

    /** The claim that a result came from. */
    record Claim(UUID job, long epoch) {
        static Set<Claim> all(ResultSet rows) throws SQLException {
            Set<Claim> claims = new HashSet<>();
            while (rows.next()) {
                claims.add(new Claim(rows.getObject(1, UUID.class), rows.getLong(2)));
            }
            return claims;
        }
    }

    UUID id() {
        return lease.job().value();
    }

    Claim claim() {
        return new Claim(id(), lease.epoch());
    }

    /** About how many bytes it takes on its way, without the few hundred that every one takes. */
    long weight() {
        long streams = result.stdout().kept().length + (long) result.stderr().kept().length;
        long compiler = result.compile() == null ? 0 : result.compile().output().kept().length;
        return streams
                + compiler
                + result.artifacts().files().stream()
                        .filter(file -> file.key() == null)
                        .mapToLong(file -> file.bytes())
                        .sum();
    }

    /**
     * A program that came to its own end before it could be stopped has finished, whatever was
     * asked meanwhile.
     */
    private String state() {
        return result.termination() == Termination.CANCELLED ? "CANCELLED" : "FINISHED";
    }

    /**
     * Writes all whose lease is still held.
     *
     * @param sorted by the jobs' ids; two of one job are refused
     * @return those that were written
     */
    static Set<Claim> write(Connection connection, List<Finish> sorted) throws SQLException {
        try (var statement = connection.prepareStatement(FINISH)) {
            var columns = new ArrayColumns<>(statement, sorted);
            columns.uuids(Finish::id);
            columns.longs(f -> f.lease().epoch());
            columns.texts(Finish::state);
            addVerdict(columns);
            addUsage(columns);
            addLimits(columns);
            addOrigin(columns);
            addCompile(columns);
            columns.booleans(Finish::stdoutUtf8);
            columns.booleans(Finish::stderrUtf8);
            columns.booleans(Finish::compileUtf8);
            columns.bytes(Finish::objects);
            columns.longs(f -> millis(f.result().startup()));
            try (var rows = statement.executeQuery()) {
                return Claim.all(rows);
            }
        }
    }

    private static void addVerdict(ArrayColumns<Finish> columns) throws SQLException {
        columns.texts(f -> f.result().termination().wireName());
        columns.ints(f -> f.result().exitCode());
        columns.booleans(f -> f.result().timedOut());
        columns.booleans(f -> f.result().oomKilled());
        columns.booleans(f -> f.result().success());
        columns.ints(f -> f.result().signal());
        columns.bytes(f -> f.result().stdout().kept());
        columns.bytes(f -> f.result().stderr().kept());
        columns.longs(f -> f.result().stdout().produced());
        columns.longs(f -> f.result().stderr().produced());
    }

    private static void addUsage(ArrayColumns<Finish> columns) throws SQLException {
        columns.longs(f -> f.result().usage().wall().toMillis());
        columns.longs(f -> millis(f.result().usage().cpu()));
        columns.longs(f -> f.result().usage().peakMemoryBytes());
        columns.texts(f -> f.result().evidence().limit());
        columns.longs(f -> f.result().evidence().limitValue());
        columns.longs(f -> f.result().evidence().reached());
        columns.texts(f -> f.result().evidence().killedBy());
        columns.texts(f -> f.result().evidence().source());
    }

    private static void addLimits(ArrayColumns<Finish> columns) throws SQLException {
        columns.longs(f -> f.limits().wall().toMillis());
        columns.longs(f -> f.limits().memoryBytes());
        columns.doubles(f -> f.limits().cpus());
        columns.ints(f -> f.limits().pids());
        columns.longs(f -> f.limits().outputBytes());
        columns.longs(f -> f.limits().diskBytes());
        columns.booleans(f -> f.result().provenance().network());
    }

    private static void addOrigin(ArrayColumns<Finish> columns) throws SQLException {
        columns.texts(f -> f.result().provenance().runtime());
        columns.texts(f -> f.result().provenance().runtimeVersion());
        columns.texts(f -> f.result().provenance().image());
        columns.texts(f -> f.lease().owner());
        columns.bytes(Finish::artifacts);
    }

    private static void addCompile(ArrayColumns<Finish> columns) throws SQLException {
        columns.ints(f -> f.compile(Compilation::exitCode));
        columns.longs(f -> f.compile(compile -> compile.wall().toMillis()));
        columns.longs(f -> f.compile(compile -> millis(compile.cpu())));
        columns.bytes(f -> f.compile(compile -> compile.output().kept()));
        columns.longs(f -> f.compile(compile -> compile.output().produced()));
    }

    private Limits limits() {
        return result.provenance().limits();
    }

    private <C> @Nullable C compile(Function<Compilation, @Nullable C> column) {
        return result.compile() == null ? null : column.apply(result.compile());
    }

    private static @Nullable Long millis(@Nullable Duration duration) {
        return duration == null ? null : duration.toMillis();
    }
}
