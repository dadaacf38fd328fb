package dev.kiln.chaos;

import dev.kiln.embedded.DatabaseAccess;
import java.sql.SQLException;

/** Asks the tables whether all is done. */
record Quiet(DatabaseAccess access) {
    private static final String STATE =
            """
            select (select count(*) from job where finished_at is not null),
                   (select count(*) from job where finished_at is null),
                   (select count(*) from outbox)
            """;

    /**
     * What they say.
     *
     * @param ended jobs in a terminal state
     * @param live jobs that are not
     * @param unsent events in the outbox
     */
    record State(long ended, long live, long unsent) {
        boolean isQuiet(int accepted) {
            return live == 0 && unsent == 0 && ended >= accepted;
        }
    }

    State look() {
        try (var connection = access.dataSource().getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(STATE)) {
            row.next();
            return new State(row.getLong(1), row.getLong(2), row.getLong(3));
        } catch (SQLException e) {
            throw new IllegalStateException("Postgres is away after all faults were lifted", e);
        }
    }
}
