package dev.kiln.store;

import dev.kiln.job.JobId;
import dev.kiln.job.Submission;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes submissions durable that their producers know by a key of their own instead of the job's
 * id. A key is kept as long as its job.
 */
@ApplicationScoped
public class KeyedSubmissionStore {
    /**
     * The key first: who comes second with it waits here for the first's commit, and then finds its
     * job. Whether there is such a job is asked at the commit.
     */
    private static final String INSERT =
            "insert into idempotency_key (tenant, key, job_id) values (?, ?, ?) on conflict do nothing";

    private static final String FIND =
            "select job_id from idempotency_key where tenant = ? and key = ?";
    private static final String DELETE = "delete from idempotency_key where tenant = ? and key = ?";

    private final Database database;
    private final Signals signals;
    private final Arrivals arrivals;

    KeyedSubmissionStore(Database database, Signals signals, Arrivals arrivals) {
        this.database = database;
        this.signals = signals;
        this.arrivals = arrivals;
    }

    /** What became of a submission. */
    public sealed interface Outcome {
        /** The job that it stands for, and what was to be said of that job's id. */
        record Told(JobId job, SubmissionStore.Outcome outcome) implements Outcome {}

        /**
         * Its key belongs to this job, which has another body or another id: nothing was written.
         */
        record KeyTaken(JobId job) implements Outcome {}
    }

    /**
     * Inserts the submission unless its tenant has used the key before.
     *
     * @param ownId whether the producer chose the id too, so that the key must stand for it
     * @throws StoreUnavailable when the same call may succeed later
     * @throws RuntimeException any other: Postgres refuses the content; nothing was written
     */
    public Outcome insert(Submission submission, String key, boolean ownId) {
        Outcome outcome;
        try (var arriving = arrivals.of(List.of(submission))) {
            outcome =
                    database.sql(
                            connection -> insert(connection, submission, key, ownId, arriving));
        }
        if (outcome instanceof Outcome.Told(_, var told)
                && told == SubmissionStore.Outcome.ACCEPTED) {
            signals.queued(1);
        }
        return outcome;
    }

    private static Outcome insert(
            Connection connection,
            Submission submission,
            String key,
            boolean ownId,
            Arrivals.Arriving arriving)
            throws SQLException {
        String tenant = submission.spec().placement().tenant();
        while (!insertKey(connection, tenant, key, submission.id())) {
            JobId job = find(connection, tenant, key);
            // It went between the two statements, together with its job: the key is free.
            if (job != null) {
                return known(connection, submission, job, ownId);
            }
        }
        var outcome =
                Objects.requireNonNull(
                        SubmissionStore.insert(connection, List.of(submission), arriving)
                                .get(submission.id()));
        switch (outcome) {
            case ACCEPTED, KNOWN -> {}
            case CONFLICT, UNKNOWN_CONTEXT, RETIRED, BATCH_CLOSED, BATCH_SIZE ->
                    execute(connection, DELETE, tenant, key);
        }
        return new Outcome.Told(submission.id(), outcome);
    }

    private static Outcome known(
            Connection connection, Submission submission, JobId job, boolean ownId)
            throws SQLException {
        var repeated = new Submission(job, submission.spec(), submission.bodyHash());
        var outcome = SubmissionStore.compareBodies(connection, List.of(repeated)).get(job);
        if (outcome == SubmissionStore.Outcome.RETIRED) {
            // Removed since its key was found, and the key with it.
            return new Outcome.Told(job, outcome);
        }
        boolean same =
                outcome == SubmissionStore.Outcome.KNOWN
                        && !(ownId && !job.equals(submission.id()));
        return same
                ? new Outcome.Told(job, SubmissionStore.Outcome.KNOWN)
                : new Outcome.KeyTaken(job);
    }

    private static boolean insertKey(Connection connection, String tenant, String key, JobId job)
            throws SQLException {
        try (var statement = connection.prepareStatement(INSERT)) {
            statement.setString(1, tenant);
            statement.setString(2, key);
            statement.setObject(3, job.value());
            return statement.executeUpdate() == 1;
        }
    }

    private static @Nullable JobId find(Connection connection, String tenant, String key)
            throws SQLException {
        try (var statement = connection.prepareStatement(FIND)) {
            statement.setString(1, tenant);
            statement.setString(2, key);
            try (var row = statement.executeQuery()) {
                return row.next() ? new JobId(row.getObject(1, UUID.class)) : null;
            }
        }
    }

    private static void execute(Connection connection, String sql, String tenant, String key)
            throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            statement.setString(1, tenant);
            statement.setString(2, key);
            statement.executeUpdate();
        }
    }
}
