package dev.kiln.store;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How many jobs of a tenant may run at once; see {@link TurnStore} for how it holds. */
@ApplicationScoped
public class TenantCapStore {
    /** Jobs that run already count, or too many could start beside them. */
    private static final String SET =
            """
            with cap as (
                insert into tenant_cap (tenant, max_running) values (?, ?)
                on conflict (tenant) do update set max_running = excluded.max_running, lifted = false, changed_at = now()
                returning tenant
            )
            update job set capped = true from cap where job.state = 'RUNNING' and job.tenant = cap.tenant and not capped
            """;

    private static final String LIFT =
            "update tenant_cap set lifted = true, changed_at = now() where tenant = ? and not lifted";

    private static final String ALL =
            "select tenant, max_running from tenant_cap where not lifted order by tenant";

    private final Database database;
    private final TurnStore turns;

    TenantCapStore(Database database, TurnStore turns) {
        this.database = database;
        this.turns = turns;
    }

    /**
     * A cap.
     *
     * @param maxRunning how many jobs of the tenant may run at once, 1 or more
     */
    public record Cap(String tenant, int maxRunning) {}

    /**
     * Sets it. Jobs that run go on, also if they are more; of those that wait none starts until
     * fewer run.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public void set(Cap cap) {
        database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(SET)) {
                        statement.setString(1, cap.tenant());
                        statement.setInt(2, cap.maxRunning());
                        return statement.executeUpdate();
                    }
                });
        turns.bringIn();
    }

    /**
     * Lifts it.
     *
     * @return whether there was one
     * @throws StoreUnavailable when the same call may succeed later
     */
    public boolean lift(String tenant) {
        boolean lifted =
                database.sql(
                        connection -> {
                            try (var statement = connection.prepareStatement(LIFT)) {
                                statement.setString(1, tenant);
                                return statement.executeUpdate() == 1;
                            }
                        });
        turns.bringIn();
        return lifted;
    }

    /**
     * All of them, by tenant.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public List<Cap> all() {
        return database.sql(
                connection -> {
                    List<Cap> caps = new ArrayList<>();
                    try (var statement = connection.prepareStatement(ALL);
                            var row = statement.executeQuery()) {
                        while (row.next()) {
                            caps.add(new Cap(row.getString(1), row.getInt(2)));
                        }
                    }
                    return caps;
                });
    }

    /**
     * That of one tenant.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Optional<Cap> find(String tenant) {
        return all().stream().filter(cap -> cap.tenant().equals(tenant)).findAny();
    }
}
