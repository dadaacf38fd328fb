package dev.kiln.store;

import jakarta.enterprise.context.ApplicationScoped;

/** Measures the queue. */
@ApplicationScoped
public class QueueStore {
    /**
     * Reads at most so many entries of each of two indexes, whatever the queue holds: those of
     * V10__turns.sql.
     */
    private static final String RUNNABLE =
            """
            select count(*) from (
                (select 1 from job where state = 'QUEUED' and turn is not null and tenant <> '' limit ?)
                union all
                (select 1 from job where state = 'QUEUED' and turn is null and capped limit ?)
                limit ?) runnable
            """;

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
                        try (var row = statement.executeQuery()) {
                            row.next();
                            return row.getInt(1);
                        }
                    }
                });
    }
}
