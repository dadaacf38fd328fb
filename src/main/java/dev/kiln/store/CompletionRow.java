package dev.kiln.store;

import dev.kiln.job.CapturedStream;
import dev.kiln.job.Completion;
import dev.kiln.job.Evidence;
import dev.kiln.job.JobId;
import dev.kiln.job.Limits;
import dev.kiln.job.Provenance;
import dev.kiln.job.ResultSummary;
import dev.kiln.job.StreamSummary;
import dev.kiln.job.Termination;
import dev.kiln.job.TraceParent;
import dev.kiln.job.Usage;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads what the event of a row of {@code outbox} tells from the job and its result. */
final class CompletionRow {
    /**
     * Of {@code job} and, where there is one, its result {@code r}. A stream's length is known
     * without reading it. The bytes come along only where an older process wrote no flag.
     */
    static final String COLUMNS =
            """
            job.tenant, job.batch, job.state, job.attempt, job.submitted_at, job.started_at, job.finished_at,
                   job.deadline, job.reason,
                   r.termination, r.exit_code, r.signal, r.duration_ms, r.cpu_ms, r.peak_memory_bytes,
                   r.limit_name, r.limit_value, r.limit_reached, r.killed_by, r.evidence_source,
                   r.timeout_ms, r.memory_limit, r.cpu_limit, r.pids_limit, r.output_limit, r.disk_limit, r.network,
                   r.runtime, r.runtime_version, r.image, r.artifacts, r.objects,
                   r.compile_exit_code, r.compile_ms, r.compile_cpu_ms,
            """
                    + stream("stdout")
                    + ",\n"
                    + stream("stderr")
                    + ",\n"
                    + stream("compile_output");

    private CompletionRow() {}

    private static String stream(String name) {
        return "r.%1$s_bytes, octet_length(r.%1$s) as %1$s_kept, r.%1$s_utf8, case when r.%1$s_utf8 is null then r.%1$s end as %1$s"
                .formatted(name);
    }

    static Completion read(ResultSet row) throws SQLException {
        String abandoned = row.getString("abandoned_reason");
        return new Completion(
                new JobId(row.getObject("job_id", UUID.class)),
                row.getLong("epoch"),
                row.getString("tenant"),
                row.getString("batch"),
                row.getInt(abandoned == null ? "attempt" : "abandoned_attempt"),
                moment(row, "submitted_at"),
                abandoned == null
                        ? end(row)
                        : new Completion.End.Abandoned(abandoned, moment(row, "abandoned_at")),
                TraceParent.stored(row.getString("traceparent")));
    }

    private static Completion.End end(ResultSet row) throws SQLException {
        return switch (row.getString("state")) {
            case "FINISHED" ->
                    new Completion.End.Finished(
                            Objects.requireNonNull(result(row)),
                            moment(row, "started_at"),
                            moment(row, "finished_at"));
            case "CANCELLED" ->
                    new Completion.End.Cancelled(result(row), moment(row, "finished_at"));
            case "EXPIRED" ->
                    new Completion.End.Expired(moment(row, "deadline"), moment(row, "finished_at"));
            case String other ->
                    throw new IllegalStateException(
                            "job has not ended: %s is %s"
                                    .formatted(row.getString("job_id"), other));
        };
    }

    private static @Nullable ResultSummary result(ResultSet row) throws SQLException {
        String termination = row.getString("termination");
        if (termination == null) {
            return null;
        }
        var artifacts = ArtifactsJson.ofBytes(row.getBytes("artifacts"));
        var stored = ObjectsJson.ofBytes(row.getBytes("objects"));
        return new ResultSummary(
                Termination.ofWireName(termination),
                row.getObject("exit_code", Integer.class),
                row.getObject("signal", Integer.class),
                stream(row, "stdout", stored.stdout()),
                stream(row, "stderr", stored.stderr()),
                compile(row),
                new Usage(
                        Duration.ofMillis(row.getLong("duration_ms")),
                        duration(row, "cpu_ms"),
                        row.getObject("peak_memory_bytes", Long.class)),
                new Evidence(
                        row.getString("limit_name"),
                        row.getObject("limit_value", Long.class),
                        row.getObject("limit_reached", Long.class),
                        row.getString("killed_by"),
                        row.getString("evidence_source")),
                new Provenance(
                        row.getString("runtime"),
                        row.getString("runtime_version"),
                        row.getString("image"),
                        limits(row),
                        row.getBoolean("network")),
                artifacts.files().size(),
                artifacts.omittedCount());
    }

    private static ResultSummary.@Nullable Compile compile(ResultSet row) throws SQLException {
        Duration wall = duration(row, "compile_ms");
        return wall == null
                ? null
                : new ResultSummary.Compile(
                        row.getObject("compile_exit_code", Integer.class),
                        wall,
                        duration(row, "compile_cpu_ms"),
                        stream(row, "compile_output", null));
    }

    private static StreamSummary stream(
            ResultSet row, String name, ObjectsJson.@Nullable Stream stored) throws SQLException {
        long produced = row.getLong(name + "_bytes");
        if (stored != null) {
            return stored.toStream(produced).summary();
        }
        byte[] withoutFlag = row.getBytes(name);
        return withoutFlag == null
                ? new StreamSummary(
                        produced,
                        produced > row.getLong(name + "_kept"),
                        row.getBoolean(name + "_utf8"))
                : new CapturedStream(withoutFlag, produced).summary();
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

    private static @Nullable Duration duration(ResultSet row, String name) throws SQLException {
        Long millis = row.getObject(name, Long.class);
        return millis == null ? null : Duration.ofMillis(millis);
    }

    private static Instant moment(ResultSet row, String name) throws SQLException {
        return row.getObject(name, OffsetDateTime.class).toInstant();
    }
}
