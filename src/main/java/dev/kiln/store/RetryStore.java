package dev.kiln.store;

import dev.kiln.job.JobId;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Gives ABANDONED jobs all their attempts again, because somebody decided so. Their history stays.
 * The epoch is raised here too: the job will end once more, and that end's event must not have the
 * id of the first one even if no worker ever claims the job again.
 */
@ApplicationScoped
public class RetryStore {
    private static final String ABANDONED = "ABANDONED";

    /**
     * Locks first and changes in the next statement, for the reason that {@link CancelStore} has.
     */
    private static final String LOOK =
            "select id, state from job where id = any (?::uuid[]) and tenant = coalesce(?, tenant) order by id for update";

    /**
     * Not with the turn that it once had: that is long past, and it would come before all others.
     */
    private static final String AGAIN =
            """
            update job set state = 'QUEUED', attempt = 0, epoch = epoch + 1, run_at = now(), finished_at = null,
                           reason = null, turn = null
             where state = 'ABANDONED' and id = any (?::uuid[])
            """;

    /** Passes over what is locked: that is being retried by somebody else. */
    private static final String LOOK_FOR =
            """
            select id, state from job
             where state = 'ABANDONED' and tenant = coalesce(?, tenant) and (?::text is null or batch = ?)
             order by id
             limit ?
               for update skip locked
            """;

    private final Database database;
    private final TurnStore turns;

    RetryStore(Database database, TurnStore turns) {
        this.database = database;
        this.turns = turns;
    }

    /** As {@link #retry(List, String)}, whoever the jobs belong to. */
    public Map<JobId, String> retry(List<JobId> jobs) {
        return retry(jobs, null);
    }

    /**
     * Queues those of the jobs that are ABANDONED.
     *
     * @param tenant only of this tenant, as if there were no others; null for all
     * @return the state in which each job was found, by the state's name; no entry for a job that
     *     does not exist. Those that were ABANDONED are QUEUED now
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Map<JobId, String> retry(List<JobId> jobs, @Nullable String tenant) {
        Object[] ids = jobs.stream().map(JobId::value).toArray();
        return retry(
                LOOK,
                statement -> {
                    statement.setArray(1, uuids(statement.getConnection(), ids));
                    statement.setString(2, tenant);
                });
    }

    /**
     * Queues ABANDONED jobs.
     *
     * @param tenant only of this tenant; null for all
     * @param batch only of this batch; null for all, and for jobs without one
     * @param most how many at most
     * @return how many
     * @throws StoreUnavailable when the same call may succeed later
     */
    public int retry(@Nullable String tenant, @Nullable String batch, int most) {
        return retry(
                        LOOK_FOR,
                        statement -> {
                            statement.setString(1, tenant);
                            statement.setString(2, batch);
                            statement.setString(3, batch);
                            statement.setInt(4, most);
                        })
                .size();
    }

    /** Fills in a statement's parameters. */
    private interface Parameters {
        void set(PreparedStatement statement) throws SQLException;
    }

    private Map<JobId, String> retry(String look, Parameters parameters) {
        Map<JobId, String> found =
                database.sql(
                        connection -> {
                            var states = look(connection, look, parameters);
                            again(connection, states);
                            return states;
                        });
        int again = Collections.frequency(found.values(), ABANDONED);
        if (again > 0) {
            turns.bringIn();
        }
        return found;
    }

    private static Map<JobId, String> look(
            Connection connection, String look, Parameters parameters) throws SQLException {
        Map<JobId, String> states = new HashMap<>();
        try (var statement = connection.prepareStatement(look)) {
            parameters.set(statement);
            try (var row = statement.executeQuery()) {
                while (row.next()) {
                    states.put(new JobId(row.getObject("id", UUID.class)), row.getString("state"));
                }
            }
        }
        return states;
    }

    private static void again(Connection connection, Map<JobId, String> states)
            throws SQLException {
        Object[] ids =
                states.entrySet().stream()
                        .filter(job -> job.getValue().equals(ABANDONED))
                        .map(job -> job.getKey().value())
                        .toArray();
        try (var statement = connection.prepareStatement(AGAIN)) {
            statement.setArray(1, uuids(connection, ids));
            statement.executeUpdate();
        }
    }

    private static Array uuids(Connection connection, Object[] ids) throws SQLException {
        return connection.createArrayOf("uuid", ids);
    }
}
