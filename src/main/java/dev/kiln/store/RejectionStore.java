package dev.kiln.store;

import dev.kiln.job.JobId;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Remembers why submissions were not accepted. */
@ApplicationScoped
public class RejectionStore {
    private static final String UPSERT =
            """
            insert into rejected (id, errors, tenant) values (?, ?, ?)
            on conflict (id) do update set errors = excluded.errors, tenant = excluded.tenant, rejected_at = now()
            """;

    private final Database database;

    RejectionStore(Database database) {
        this.database = database;
    }

    /**
     * Remembers the newest reason for an id. Never touches a job of that id.
     *
     * @param reason JSON text, see {@link Rejection}
     * @param tenant whose submission it was; null when that is not known
     * @throws StoreUnavailable when the same call may succeed later
     */
    public void remember(JobId id, String reason, @Nullable String tenant) {
        database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(UPSERT)) {
                        statement.setObject(1, id.value());
                        statement.setBytes(2, reason.getBytes(StandardCharsets.UTF_8));
                        statement.setString(3, tenant);
                        return statement.executeUpdate();
                    }
                });
    }
}
