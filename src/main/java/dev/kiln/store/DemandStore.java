package dev.kiln.store;

import dev.kiln.job.Demand;
import dev.kiln.job.JobId;
import dev.kiln.job.Lack;
import dev.kiln.job.Needs;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells which queued jobs no live worker can run, and why. */
@ApplicationScoped
public class DemandStore {
    private static final String UNMET =
            """
            select d.language, d.network, d.image, d.cpus, d.memory_bytes, %s,
                   (select format('the tenant %%s runs at most %%s at once', c.tenant, c.max_running)
                      from tenant_cap c where c.tenant = d.of_tenant and not c.lifted and d.beyond)
              from (select %s, tenant as of_tenant, capped and turn is null and run_at <= now() as beyond
                      from job where id = ? and state = 'QUEUED') d
              left join worker w on w.live_until > now()
             group by d.language, d.network, d.image, d.cpus, d.memory_bytes, d.of_tenant, d.beyond
            """
                    .formatted(Matching.LACK, Matching.DEMAND);

    private static final String COUNT =
            """
            %s, judged as (
                select d.demand, %s as lack from d left join worker w on w.live_until > now() group by d.demand
            )
            select lack, sum((select count(*) from job where state = 'QUEUED' and turn is not null and job.demand = judged.demand))
              from judged where lack is not null group by lack
            """
                    .formatted(Matching.DEMANDS, Matching.LACK);

    private final Database database;

    DemandStore(Database database) {
        this.database = database;
    }

    /**
     * Why no live worker can run this job, or else that its tenant may not run more at once, in one
     * sentence; empty when neither is so, or when the job is not queued.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Optional<String> unmet(JobId id) {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(UNMET)) {
                        statement.setObject(1, id.value());
                        try (var row = statement.executeQuery()) {
                            return row.next() ? unmet(row) : Optional.empty();
                        }
                    }
                });
    }

    private static Optional<String> unmet(ResultSet row) throws SQLException {
        var demand =
                new Demand(
                        row.getString(1),
                        new Needs(row.getString(3), row.getBoolean(2)),
                        row.getInt(4),
                        row.getLong(5));
        @Nullable String lack = row.getString(6);
        return lack == null
                ? Optional.ofNullable(row.getString(7))
                : Optional.of(demand.unmet(Lack.valueOf(lack)));
    }

    /**
     * How many jobs in the line no live worker can run, by what is lacking; without those that are
     * zero.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Map<Lack, Long> unrunnable() {
        return database.sql(
                connection -> {
                    Map<Lack, Long> jobs = new EnumMap<>(Lack.class);
                    try (var statement = connection.prepareStatement(COUNT);
                            var row = statement.executeQuery()) {
                        while (row.next()) {
                            jobs.put(Lack.valueOf(row.getString(1)), row.getLong(2));
                        }
                    }
                    return jobs;
                });
    }
}
