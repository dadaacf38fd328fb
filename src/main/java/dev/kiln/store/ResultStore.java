package dev.kiln.store;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.Lease;
import dev.kiln.job.Termination;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;

/** Writes what came of a job: result, state and completion event in one transaction, once. */
@ApplicationScoped
public class ResultStore {
    private static final String FINISH =
            """
            with finished as (
                update job set state = ?, finished_at = now(), owner = null, lease_until = null
                 where id = ? and epoch = ? and state = 'RUNNING'
                returning id, epoch
            )
            insert into outbox (job_id, epoch) select id, epoch from finished
            """;

    private static final String MINE =
            "select 1 from execution_result where job_id = ? and epoch = ?";

    private final Database database;
    private final Signals signals;

    ResultStore(Database database, Signals signals) {
        this.database = database;
        this.signals = signals;
    }

    /**
     * Ends the job with its result, unless the lease was lost: CANCELLED when its program was
     * stopped for that, else FINISHED.
     *
     * @return whether this result is the job's: also true when an earlier call wrote it and only
     *     the answer to its commit was lost. False when a newer claim exists: nothing was written
     * @throws StoreUnavailable when the same call may succeed later
     */
    public boolean finish(Lease lease, ExecutionResult result) {
        boolean mine =
                database.transaction(
                        () -> {
                            if (database.inTransaction(c -> setEnded(c, lease, result))) {
                                ResultRow.of(lease, result).persist();
                                database.inTransaction(c -> keepArtifacts(c, lease, result));
                                return true;
                            }
                            return database.inTransaction(c -> wroteBefore(c, lease));
                        });
        if (mine) {
            signals.ended(lease.job());
        }
        return mine;
    }

    private static boolean keepArtifacts(Connection connection, Lease lease, ExecutionResult result)
            throws SQLException {
        ArtifactStore.insert(connection, lease.job(), result.artifacts());
        return true;
    }

    /**
     * A program that came to its own end before it could be stopped has finished, whatever was
     * asked meanwhile.
     */
    private static boolean setEnded(Connection connection, Lease lease, ExecutionResult result)
            throws SQLException {
        boolean stopped = result.termination() == Termination.CANCELLED;
        try (var statement = connection.prepareStatement(FINISH)) {
            statement.setString(1, stopped ? "CANCELLED" : "FINISHED");
            statement.setObject(2, lease.job().value());
            statement.setLong(3, lease.epoch());
            return statement.executeUpdate() == 1;
        }
    }

    private static boolean wroteBefore(Connection connection, Lease lease) throws SQLException {
        try (var statement = connection.prepareStatement(MINE)) {
            statement.setObject(1, lease.job().value());
            statement.setLong(2, lease.epoch());
            try (var row = statement.executeQuery()) {
                return row.next();
            }
        }
    }
}
