package dev.kiln.store;

import dev.kiln.job.JobId;
import dev.kiln.job.Limits;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Answers what a job was submitted as, for people to read. */
@ApplicationScoped
public class JobDetailsReader {
    private static final String FIND =
            """
            select substring(p.code from 1 for ?) as code, octet_length(p.code) as code_bytes,
                   substring(p.stdin from 1 for ?) as stdin, octet_length(p.stdin) as stdin_bytes, p.inputs,
                   p.timeout_ms, p.memory_limit, p.cpu_limit, p.pids_limit, p.output_limit, p.disk_limit,
                   job.run_at, job.deadline, job.cancel_requested, job.started_at,
                   exists (select from outbox where outbox.job_id = job.id) as unpublished,
                   %s as published_at
              from job join job_payload p on p.job_id = job.id
             where job.id = ?
            """
                    .formatted(Publications.PUBLISHED_AT);

    private final Database database;

    JobDetailsReader(Database database) {
        this.database = database;
    }

    /**
     * The job's details; empty when there is no such job.
     *
     * @param most bytes of source and of standard input, each
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Optional<JobDetails> find(JobId id, int most) {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(FIND)) {
                        statement.setInt(1, most);
                        statement.setInt(2, most);
                        statement.setObject(3, id.value());
                        try (var row = statement.executeQuery()) {
                            return row.next() ? Optional.of(details(row)) : Optional.empty();
                        }
                    }
                });
    }

    private static JobDetails details(ResultSet row) throws SQLException {
        var limits =
                new Limits(
                        Duration.ofMillis(row.getLong("timeout_ms")),
                        row.getLong("memory_limit"),
                        row.getDouble("cpu_limit"),
                        row.getInt("pids_limit"),
                        row.getLong("output_limit"),
                        row.getLong("disk_limit"));
        return new JobDetails(
                row.getBytes("code"),
                row.getLong("code_bytes"),
                row.getBytes("stdin"),
                row.getLong("stdin_bytes"),
                Inputs.ofBytes(row.getBytes("inputs")).args(),
                limits,
                Objects.requireNonNull(moment(row, "run_at")),
                moment(row, "deadline"),
                row.getBoolean("cancel_requested"),
                moment(row, "started_at"),
                row.getBoolean("unpublished"),
                moment(row, "published_at"));
    }

    private static @Nullable Instant moment(ResultSet row, String column) throws SQLException {
        OffsetDateTime moment = row.getObject(column, OffsetDateTime.class);
        return moment == null ? null : moment.toInstant();
    }
}
