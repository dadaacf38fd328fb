package dev.kiln.store;

import jakarta.enterprise.context.ApplicationScoped;

/** Measures the queue. */
@ApplicationScoped
public class QueueStore {
    /**
     * Reads at most so many entries of one index, whatever the queue holds: that of
     * V8__hot_path.sql, which explains the condition on the tenant.
     */
    private static final String RUNNABLE =
            """
            select count(*) from (select 1 from job where state = 'QUEUED' and tenant <> '' and run_at <= now() limit ?) runnable
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
                        try (var row = statement.executeQuery()) {
                            row.next();
                            return row.getInt(1);
                        }
                    }
                });
    }
}
