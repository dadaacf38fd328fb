package dev.kiln.store;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Brings into the line the jobs that could not be when they were submitted: those whose time has
 * come, and those of capped tenants for which there is room. A claim looks at the line only, and so
 * costs the same whatever waits beside it, and need not know of caps: there are never more jobs of
 * a capped tenant in the line and running than may run.
 *
 * <p>Any number of processes may do it at once.
 */
@ApplicationScoped
public class TurnStore {
    /** Rows in one transaction. */
    private static final int STEP = 1_000;

    /** The turns of one tenant's jobs follow one another; {@code line} is what is brought in. */
    private static final String TAKE_TURNS =
            """
            base as materialized (
                select tenant, priority, demand, next_turn(tenant, priority, demand) as turn
                  from (select distinct tenant, priority, demand from line) lines
            ), turns as materialized (
                select line.id, base.turn - 1 + row_number()
                           over (partition by line.tenant, line.priority order by line.run_at, line.id) as turn
                  from line join base using (tenant, priority, demand)
            )
            update job set turn = turns.turn, %s from turns where job.id = turns.id
            """
                    .formatted(GeneratedColumns.READ_ONCE);

    private static final String IS_DUE =
            """
            state = 'QUEUED' and turn is null and not capped and run_at <= now()
              and not exists (select from tenant_cap c where c.tenant = job.tenant and not c.lifted)
            """;

    private static final String DUE =
            """
            with line as materialized (
                select id, tenant, priority, demand, run_at from job
                 where %s
                 order by run_at
                 limit ?
                   for update skip locked
            ), %s"""
                    .formatted(IS_DUE, TAKE_TURNS);

    /**
     * Tenants for which something is to be done: jobs that the cap has not reached yet, or that it
     * no longer holds, or that there is room for.
     */
    private static final String UNSETTLED =
            """
            select c.tenant from tenant_cap c
             where case when lifted then exists (
                            select from job where state = 'QUEUED' and turn is null and capped and job.tenant = c.tenant)
                   else exists (
                            select from job where state = 'QUEUED' and turn is not null and tenant <> ''
                                              and job.tenant = c.tenant and not capped)
                     or exists (
                            select from job where state = 'QUEUED' and turn is null and not capped and tenant <> ''
                                              and job.tenant = c.tenant)
                     or exists (
                            select from job where state = 'QUEUED' and turn is null and capped and job.tenant = c.tenant
                                              and run_at <= now())
                        and %s < max_running
                   end
            """;

    /** How many jobs of tenant {@code c} count: there are at most as many as may run. */
    private static final String COUNTED =
            """
            ((select count(*) from job where state = 'RUNNING' and capped and job.tenant = c.tenant)
             + (select count(*) from job where state = 'QUEUED' and turn is not null and tenant <> '' and job.tenant = c.tenant))
            """;

    /** A row for each tenant with something to do, and one without a name when jobs are due. */
    private static final String TO_DO =
            """
            %s union all select null where exists (select from job where %s)
            """
                    .formatted(UNSETTLED.formatted(COUNTED), IS_DUE);

    /** Whoever has the lock alone brings jobs of this tenant in, so that the count holds. */
    private static final String LOCK =
            "select lifted from tenant_cap where tenant = ? for update skip locked";

    private static final String ROOM =
            "select max_running - %s from tenant_cap c where tenant = ?".formatted(COUNTED);

    private static final String ADMIT =
            """
            with line as materialized (
                select id, tenant, priority, demand, run_at from job
                 where state = 'QUEUED' and turn is null and capped and tenant = ? and run_at <= now()
                 order by priority desc, run_at, id
                 limit ?
                   for update skip locked
            ), """
                    + TAKE_TURNS;

    private static final String HOLD =
            """
            update job set turn = null, capped = true where id = any (array(
                select id from job where state = 'QUEUED' and turn is not null and tenant <> '' and tenant = ? and not capped
                 limit ? for update skip locked))
            """;

    /** Those put off, or given up once, from before the cap: they must not come in past it. */
    private static final String MARK =
            """
            update job set capped = true where id = any (array(
                select id from job where state = 'QUEUED' and turn is null and not capped and tenant <> '' and tenant = ?
                 limit ? for update skip locked))
            """;

    private static final String RELEASE =
            """
            update job set capped = false where id = any (array(
                select id from job where state = 'QUEUED' and turn is null and capped and tenant = ?
                 limit ? for update skip locked))
            """;

    private final Database database;
    private final Signals signals;

    TurnStore(Database database, Signals signals) {
        this.database = database;
        this.signals = signals;
    }

    /**
     * Brings in whatever is to be brought in now.
     *
     * @return how many jobs
     * @throws StoreUnavailable when the same call may succeed later
     */
    public int bringIn() {
        int jobs = 0;
        var toDo = toDo();
        for (var tenant : toDo) {
            jobs += tenant.isPresent() ? settle(tenant.get()) : 0;
        }
        // Of tenants whose cap was lifted, too.
        if (!toDo.isEmpty()) {
            jobs += bringInDue();
        }
        if (jobs > 0) {
            signals.queued(jobs);
        }
        return jobs;
    }

    /** One look, several times a second: mostly there is nothing. */
    private List<Optional<String>> toDo() {
        return database.read(
                connection -> {
                    List<Optional<String>> found = new ArrayList<>();
                    try (var statement = connection.prepareStatement(TO_DO);
                            var row = statement.executeQuery()) {
                        while (row.next()) {
                            found.add(Optional.ofNullable(row.getString(1)));
                        }
                    }
                    return found;
                });
    }

    private int bringInDue() {
        int jobs = 0;
        int step;
        do {
            step = database.sql(c -> update(c, DUE, s -> s.setInt(1, STEP)));
            jobs += step;
        } while (step == STEP);
        return jobs;
    }

    private int settle(String tenant) {
        int jobs = 0;
        Step step;
        do {
            step = database.sql(connection -> settle(connection, tenant));
            jobs += step.broughtIn();
        } while (step.more());
        return jobs;
    }

    private record Step(int broughtIn, boolean more) {}

    private static Step settle(Connection connection, String tenant) throws SQLException {
        try (var statement = connection.prepareStatement(LOCK)) {
            statement.setString(1, tenant);
            try (var row = statement.executeQuery()) {
                if (!row.next()) {
                    return new Step(0, false);
                }
                if (row.getBoolean(1)) {
                    return new Step(0, some(connection, RELEASE, tenant, STEP) == STEP);
                }
            }
        }
        if (some(connection, HOLD, tenant, STEP) == STEP
                || some(connection, MARK, tenant, STEP) == STEP) {
            return new Step(0, true);
        }
        int room = Math.min(STEP, room(connection, tenant));
        return new Step(room > 0 ? some(connection, ADMIT, tenant, room) : 0, false);
    }

    private static int room(Connection connection, String tenant) throws SQLException {
        try (var statement = connection.prepareStatement(ROOM)) {
            statement.setString(1, tenant);
            try (var row = statement.executeQuery()) {
                return row.next() ? row.getInt(1) : 0;
            }
        }
    }

    private static int some(Connection connection, String sql, String tenant, int most)
            throws SQLException {
        return update(
                connection,
                sql,
                statement -> {
                    statement.setString(1, tenant);
                    statement.setInt(2, most);
                });
    }

    /** Fills in a statement's parameters. */
    private interface Parameters {
        void set(PreparedStatement statement) throws SQLException;
    }

    private static int update(Connection connection, String sql, Parameters parameters)
            throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            parameters.set(statement);
            return statement.executeUpdate();
        }
    }
}
