package dev.kiln.store;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Measures the queue. */
@ApplicationScoped
public class QueueStore {
    /**
     * Goes from tenant to tenant, by one probe each, and reads at most so many entries of one
     * index, whatever the queue holds: that of V11__access.sql, whose condition on the tenant is
     * explained in V8__hot_path.sql.
     */
    static final String RUNNABLE =
            """
            with recursive t as (
                (select tenant from job where state = 'QUEUED' and tenant <> '' order by tenant limit 1)
                union all
                select next.tenant from t cross join lateral (
                    select job.tenant from job
                     where state = 'QUEUED' and job.tenant <> '' and job.tenant > t.tenant
                     order by job.tenant limit 1
                ) next
            )
            select count(*) from (
                select 1 from t cross join lateral (
                    select 1 from job
                     where state = 'QUEUED' and job.tenant <> '' and job.tenant = t.tenant and run_at <= now()
                     limit ?
                ) own
                 limit ?
            ) runnable
            """;

    static final String QUEUED =
            """
            select count(*) from (select 1 from job where state = 'QUEUED' and tenant <> '' and tenant = ? limit ?) queued
            """;

    private final Database database;

    QueueStore(Database database) {
        this.database = database;
    }

    /**
     * How many jobs could be run now if there were workers, without those that were put off.
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
