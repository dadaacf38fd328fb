package dev.kiln.store;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Measures the queue. */
@ApplicationScoped
public class QueueStore {
    /**
     * Reads at most so many entries of each of two indexes, whatever the queue holds: those of
     * V10__turns.sql.
     */
    static final String RUNNABLE =
            """
            select count(*) from (
                (select 1 from job where state = 'QUEUED' and turn is not null and tenant <> '' limit ?)
                union all
                (select 1 from job where state = 'QUEUED' and turn is null and capped limit ?)
                limit ?) runnable
            """;

    /** The same of one tenant, and those put off: three indexes that begin with the tenant. */
    static final String QUEUED =
            """
            with asked as (select ? as tenant, ?::bigint as most)
            select count(*) from asked cross join lateral (
                (select 1 from job
                  where state = 'QUEUED' and turn is not null and job.tenant <> '' and job.tenant = asked.tenant
                  limit asked.most)
                union all
                (select 1 from job
                  where state = 'QUEUED' and turn is null and capped and job.tenant = asked.tenant limit asked.most)
                union all
                (select 1 from job
                  where state = 'QUEUED' and turn is null and not capped and job.tenant <> '' and job.tenant = asked.tenant
                  limit asked.most)
                limit asked.most) queued
            """;

    /** Through the index of leases: of so many entries as the site has slots. */
    private static final String RUNNING = "select count(*) from job where state = 'RUNNING'";

    private final Database database;

    QueueStore(Database database) {
        this.database = database;
    }

    /**
     * How many jobs could be run now if there were workers, without those that were put off; with
     * those that wait because their tenant may not run more at once.
     *
     * @param most where to stop counting
     * @throws StoreUnavailable when the same call may succeed later
     */
    public int runnable(int most) {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(RUNNABLE)) {
                        statement.setInt(1, most);
                        statement.setInt(2, most);
                        statement.setInt(3, most);
                        return count(statement);
                    }
                });
    }

    /**
     * How many jobs run, of all workers.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public int running() {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(RUNNING)) {
                        return count(statement);
                    }
                });
    }

    /**
     * How many jobs of a tenant wait, also those that were put off.
     *
     * @param most where to stop counting
     * @throws StoreUnavailable when the same call may succeed later
     */
    public int queued(String tenant, int most) {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(QUEUED)) {
                        statement.setString(1, tenant);
                        statement.setInt(2, most);
                        return count(statement);
                    }
                });
    }

    private static int count(PreparedStatement statement) throws SQLException {
        try (var row = statement.executeQuery()) {
            row.next();
            return row.getInt(1);
        }
    }
}
