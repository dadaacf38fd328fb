package dev.kiln.store;

import dev.kiln.job.ExecutionResult;
import dev.kiln.job.JobId;
import dev.kiln.job.Lease;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes what came of jobs: result, state and completion event in one transaction, once. Results
 * that come while one is being written go together in the next transaction.
 */
@ApplicationScoped
public class ResultStore {
    /** Enough to share the cost of a commit, few enough to hold their locks briefly. */
    private static final int MOST = 256;

    /** Bytes of output in one transaction. */
    private static final long HEAVIEST = 8L << 20;

    private static final String WRITTEN =
            "select job_id, epoch from execution_result where job_id = any (?::uuid[])";

    private final Database database;
    private final Signals signals;
    private final GroupCommit<Finish, Boolean> commits =
            new GroupCommit<>(MOST, HEAVIEST, Finish::weight, this::write);

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
     * @throws ObjectsRemoved when objects that the result refers to were taken for left over:
     *     nothing was written, and the same result with its bytes in it will be
     */
    public boolean finish(Lease lease, ExecutionResult result) {
        return commits.submit(Finish.of(lease, result));
    }

    /** How many results wait for another one's transaction to end. */
    int waiting() {
        return commits.waiting();
    }

    private List<Boolean> write(List<Finish> finishes) {
        var step = QueueStep.begin("finish");
        var sorted =
                finishes.stream().sorted(Comparator.comparing(each -> each.lease().job())).toList();
        Set<Finish.Claim> mine = database.sql(connection -> write(connection, sorted));
        step.end(finishes.size());
        signals.ended(mine.stream().map(claim -> new JobId(claim.job())).toList());
        return finishes.stream().map(each -> mine.contains(each.claim())).toList();
    }

    private static Set<Finish.Claim> write(Connection connection, List<Finish> sorted)
            throws SQLException {
        Set<Finish.Claim> mine = new HashSet<>(Finish.write(connection, sorted));
        var written = sorted.stream().filter(each -> mine.contains(each.claim())).toList();
        ArtifactStore.insert(connection, written);
        ObjectLedger.keep(
                connection,
                written.stream()
                        .flatMap(each -> each.result().objectKeys().stream())
                        .distinct()
                        .toList());
        var others = sorted.stream().filter(each -> !mine.contains(each.claim())).toList();
        if (!others.isEmpty()) {
            mine.addAll(written(connection, others));
        }
        return mine;
    }

    private static Set<Finish.Claim> written(Connection connection, List<Finish> finishes)
            throws SQLException {
        try (var statement = connection.prepareStatement(WRITTEN)) {
            new ArrayColumns<>(statement, finishes).uuids(Finish::id);
            try (var rows = statement.executeQuery()) {
                return Finish.Claim.all(rows);
            }
        }
    }
}
