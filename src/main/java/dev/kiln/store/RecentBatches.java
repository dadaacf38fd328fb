package dev.kiln.store;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists the batches that were begun last; of each a bounded number of jobs is counted. */
@ApplicationScoped
public class RecentBatches {
    /** Jobs of each batch that are counted. */
    public static final int MOST_JOBS = 10_000;

    private static final int MOST_BATCHES = 20;

    /**
     * A closed one may outlive its jobs for as long as it is not announced. The batches come by an
     * index of V25__batch_created.sql, however many there are of others; the counts read indexes of
     * V9__door.sql and V12__batch.sql alone.
     */
    private static final String LIST =
            """
            select r.*,
                   (select count(*) from (select from job j where j.tenant = r.tenant and j.batch = r.name limit %1$d) a) as jobs,
                   (select count(*) from (select from job j where j.tenant = r.tenant and j.batch = r.name
                                             and j.batch is not null and j.finished_at is null limit %1$d) l) as live
              from (select tenant, name, size, created_at, closed_at, completed_at
                      from batch b
                     where exists (select from job j where j.tenant = b.tenant and j.batch = b.name offset 0) %3$s
                     order by created_at desc
                     limit %2$d) r
             order by r.created_at desc, r.tenant, r.name
            """;

    private static final String OF_ALL = LIST.formatted(MOST_JOBS, MOST_BATCHES, "");

    static final String OF_ONE = LIST.formatted(MOST_JOBS, MOST_BATCHES, "and tenant = ?");

    private final Database database;

    RecentBatches(Database database) {
        this.database = database;
    }

    /**
     * The batches that were begun last and still have jobs, newest first, twenty at most.
     *
     * @param tenant whose; null for all
     * @throws StoreUnavailable when the same call may succeed later
     */
    public List<RecentBatch> list(@Nullable String tenant) {
        return database.sql(
                connection -> {
                    try (var statement =
                            connection.prepareStatement(tenant == null ? OF_ALL : OF_ONE)) {
                        if (tenant != null) {
                            statement.setString(1, tenant);
                        }
                        try (var row = statement.executeQuery()) {
                            List<RecentBatch> batches = new ArrayList<>();
                            while (row.next()) {
                                batches.add(batch(row));
                            }
                            return batches;
                        }
                    }
                });
    }

    private static RecentBatch batch(ResultSet row) throws SQLException {
        return new RecentBatch(
                row.getString("tenant"),
                row.getString("name"),
                row.getObject("size", Integer.class),
                row.getLong("jobs"),
                row.getLong("live"),
                moment(row, "closed_at"),
                moment(row, "completed_at"));
    }

    private static @Nullable Instant moment(ResultSet row, String column) throws SQLException {
        OffsetDateTime moment = row.getObject(column, OffsetDateTime.class);
        return moment == null ? null : moment.toInstant();
    }
}
