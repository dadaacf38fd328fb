package dev.kiln.store;

import dev.kiln.job.JobId;
import dev.kiln.log.Transition;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Gives ABANDONED jobs all their attempts again, because somebody decided so. Their history stays.
 * The epoch is raised here too: the job will end once more, and that end's event must not have the
 * id of the first one even if no worker ever claims the job again.
 */
@ApplicationScoped
public class RetryStore {
    private static final Logger LOG = Logger.getLogger(RetryStore.class);
    private static final String ABANDONED = "ABANDONED";

    /**
     * Locks first and changes in the next statement, for the reason that {@link CancelStore} has.
     */
    private static final String LOOK =
            "select id, state, tenant, language from job where id = any (?::uuid[]) and tenant = coalesce(?, tenant) order by id for update";

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
            select id, state, tenant, language from job
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
        List<Found> found =
                database.sql(
                        connection -> {
                            var jobs = look(connection, look, parameters);
                            again(connection, jobs);
                            return jobs;
                        });
        var again = found.stream().filter(Found::abandoned).toList();
        if (!again.isEmpty()) {
            turns.bringIn();
        }
        again.forEach(Found::tellRetried);
        return found.stream().collect(Collectors.toMap(Found::job, Found::state));
    }

    /** A job as it was when it was locked. */
    private record Found(JobId job, String state, String tenant, String language) {
        boolean abandoned() {
            return state.equals(ABANDONED);
        }

        void tellRetried() {
            Transition.of(job)
                    .of(tenant, language)
                    .states(ABANDONED, "QUEUED")
                    .outcome("retried")
                    .log(LOG);
        }
    }

    private static List<Found> look(Connection connection, String look, Parameters parameters)
            throws SQLException {
        List<Found> found = new ArrayList<>();
        try (var statement = connection.prepareStatement(look)) {
            parameters.set(statement);
            try (var row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(
                            new Found(
                                    new JobId(row.getObject("id", UUID.class)),
                                    row.getString("state"),
                                    row.getString("tenant"),
                                    row.getString("language")));
                }
            }
        }
        return found;
    }

    private static void again(Connection connection, List<Found> found) throws SQLException {
        Object[] ids =
                found.stream().filter(Found::abandoned).map(each -> each.job().value()).toArray();
        try (var statement = connection.prepareStatement(AGAIN)) {
            statement.setArray(1, uuids(connection, ids));
            statement.executeUpdate();
        }
    }

    private static Array uuids(Connection connection, Object[] ids) throws SQLException {
        return connection.createArrayOf("uuid", ids);
    }
}
