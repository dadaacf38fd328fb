package dev.kiln.store;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Job;
import dev.kiln.job.JobId;
import dev.kiln.job.JobState;
import dev.kiln.job.Lease;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** A row of {@code job}, for reading: every change is a conditional statement elsewhere. */
@Entity
@Immutable
@Table(name = "job")
class JobRow extends PanacheEntityBase {
    @Id UUID id;
    @Column String tenant;
    @Column @Nullable String batch;
    @Column String language;
    @Column String state;
    @Column int priority;

    @Column(name = "run_at")
    Instant runAt;

    @Column @Nullable Instant deadline;
    @Column int attempt;
    @Column long epoch;
    @Column @Nullable String owner;

    @Column(name = "lease_until")
    @Nullable Instant leaseUntil;

    @JdbcTypeCode(SqlTypes.JSON)
    @Column
    @Nullable Map<String, String> labels;

    @Column(name = "submitted_at")
    Instant submittedAt;

    @Column(name = "started_at")
    @Nullable Instant startedAt;

    @Column(name = "finished_at")
    @Nullable Instant finishedAt;

    @Column(name = "expires_at")
    @Nullable Instant expiresAt;

    @Column @Nullable String reason;

    @Column(name = "rerun_of")
    @Nullable UUID rerunOf;

    Job toJob(@Nullable ResultRow result) {
        return toJob(attempt, state(result));
    }

    /** The job as it was in another state than its present one. */
    Job toJob(int attempt, JobState state) {
        return new Job(
                new JobId(id),
                tenant,
                batch,
                language,
                priority,
                labels == null ? Map.of() : labels,
                submittedAt,
                attempt,
                rerunOf == null ? null : new JobId(rerunOf),
                expiresAt,
                state);
    }

    /** The table's check constraints are why the values required here are there. */
    private JobState state(@Nullable ResultRow row) {
        ExecutionResult result = row == null ? null : row.toResult();
        return switch (state) {
            case "QUEUED" -> new JobState.Queued(runAt, reason);
            case "RUNNING" -> new JobState.Running(lease(), known(startedAt));
            case "FINISHED" ->
                    new JobState.Finished(
                            Objects.requireNonNull(result),
                            known(startedAt),
                            known(finishedAt),
                            Objects.requireNonNull(row).worker);
            case "CANCELLED" -> new JobState.Cancelled(result, known(finishedAt));
            case "ABANDONED" ->
                    new JobState.Abandoned(Objects.requireNonNull(reason), known(finishedAt));
            case "EXPIRED" -> new JobState.Expired(known(deadline), known(finishedAt));
            default -> throw new IllegalStateException("no such job state: " + state);
        };
    }

    private Lease lease() {
        return new Lease(
                new JobId(id), epoch, Objects.requireNonNull(owner), attempt, known(leaseUntil));
    }

    private static Instant known(@Nullable Instant value) {
        return Objects.requireNonNull(value);
    }
}
