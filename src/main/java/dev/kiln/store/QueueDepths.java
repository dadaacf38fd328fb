package dev.kiln.store;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Measures the queue by tenant and priority, whatever it holds by a bounded number of reads. */
@ApplicationScoped
public class QueueDepths {
    /** Tenants that are counted. */
    static final int MOST_TENANTS = 50;

    /** Jobs of each that are counted. */
    public static final int MOST_JOBS = 10_000;

    /**
     * The tenants that have jobs in the line or held back by their cap, one step in each index for
     * each, and of each so many of its entries (V10__turns.sql).
     */
    static final String OF_ALL =
            """
            with recursive t as (
                select '' as tenant
                union all
                select least(
                    (select tenant from job
                      where state = 'QUEUED' and turn is not null and tenant <> '' and tenant > t.tenant
                      order by tenant limit 1),
                    (select tenant from job
                      where state = 'QUEUED' and turn is null and capped and tenant > t.tenant
                      order by tenant limit 1))
                  from t where t.tenant is not null
            )
            select mine.tenant, q.priority, q.jobs
              from (select tenant from t where tenant <> '' limit %d) mine
             cross join lateral (%s) q
             order by mine.tenant, q.priority desc
            """;

    private static final String OF_ONE =
            "select mine.tenant, q.priority, q.jobs from (select ?::text as tenant) mine cross join lateral (%s) q order by q.priority desc";

    private static final String COUNT =
            """
            select priority, count(*) as jobs from (
                (select priority from job
                  where state = 'QUEUED' and turn is not null and job.tenant <> '' and job.tenant = mine.tenant limit %1$d)
                union all
                (select priority from job
                  where state = 'QUEUED' and turn is null and capped and job.tenant = mine.tenant limit %1$d)
                limit %1$d) waiting
             group by priority"""
                    .formatted(MOST_JOBS);

    private final Database database;

    QueueDepths(Database database) {
        this.database = database;
    }

    /**
     * The queue's depths, by tenant and descending priority.
     *
     * @param tenant whose; null for all, of which the first fifty by name
     * @throws StoreUnavailable when the same call may succeed later
     */
    public List<QueueDepth> read(@Nullable String tenant) {
        String sql =
                tenant == null ? OF_ALL.formatted(MOST_TENANTS, COUNT) : OF_ONE.formatted(COUNT);
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(sql)) {
                        if (tenant != null) {
                            statement.setString(1, tenant);
                        }
                        try (var row = statement.executeQuery()) {
                            return depths(row);
                        }
                    }
                });
    }

    private static List<QueueDepth> depths(ResultSet row) throws SQLException {
        List<QueueDepth> depths = new ArrayList<>();
        while (row.next()) {
            depths.add(
                    new QueueDepth(
                            row.getString("tenant"),
                            row.getInt("priority"),
                            row.getLong("jobs"),
                            false));
        }
        return depths.stream()
                .map(
                        depth ->
                                new QueueDepth(
                                        depth.tenant(),
                                        depth.priority(),
                                        depth.jobs(),
                                        counted(depths, depth.tenant()) >= MOST_JOBS))
                .toList();
    }

    private static long counted(List<QueueDepth> depths, String tenant) {
        return depths.stream()
                .filter(depth -> depth.tenant().equals(tenant))
                .mapToLong(QueueDepth::jobs)
                .sum();
    }
}
