package dev.kiln.store;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists the batches of the newest jobs; of each a bounded number of jobs is counted. */
@ApplicationScoped
public class RecentBatches {
    /** Jobs of each batch that are counted. */
    public static final int MOST_JOBS = 10_000;

    /** Newest jobs whose batches are told. */
    private static final int WALKED = 5_000;

    private static final int MOST_BATCHES = 20;

    /** The walk is JobList's; the counts read indexes of V9__door.sql and V12__batch.sql alone. */
    private static final String LIST =
            """
            select r.tenant, r.batch, b.size, b.closed_at, b.completed_at,
                   (select count(*) from (select from job j where j.tenant = r.tenant and j.batch = r.batch limit %1$d) a) as jobs,
                   (select count(*) from (select from job j where j.tenant = r.tenant and j.batch = r.batch
                                             and j.batch is not null and j.finished_at is null limit %1$d) l) as live
              from (select tenant, batch, max(submitted_at) as last
                      from (select tenant, batch, submitted_at from job order by submitted_at desc, id desc limit %2$d) walked
                     where batch is not null and tenant = coalesce(?, tenant)
                     group by tenant, batch
                     order by last desc
                     limit %3$d) r
              left join lateral (select size, closed_at, completed_at from batch
                                  where tenant = r.tenant and name = r.batch offset 0) b on true
             order by r.last desc
            """
                    .formatted(MOST_JOBS, WALKED, MOST_BATCHES);

    private final Database database;

    RecentBatches(Database database) {
        this.database = database;
    }

    /**
     * The batches that jobs joined last, newest first, twenty at most.
     *
     * @param tenant whose; null for all
     * @throws StoreUnavailable when the same call may succeed later
     */
    public List<RecentBatch> list(@Nullable String tenant) {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(LIST)) {
                        statement.setString(1, tenant);
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
                row.getString("batch"),
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
