package dev.kiln.store;

import dev.kiln.job.JobId;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;

/** Remembers why submissions were not accepted. */
@ApplicationScoped
public class RejectionStore {
    private static final String UPSERT =
            """
            insert into rejected (id, errors) values (?, ?)
            on conflict (id) do update set errors = excluded.errors, rejected_at = now()
            """;

    private final Database database;

    RejectionStore(Database database) {
        this.database = database;
    }

    /**
     * Remembers the newest reason for an id. Never touches a job of that id.
     *
     * @param reason JSON text, see {@link Rejection}
     * @throws StoreUnavailable when the same call may succeed later
     */
    public void remember(JobId id, String reason) {
        database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(UPSERT)) {
                        statement.setObject(1, id.value());
                        statement.setBytes(2, reason.getBytes(StandardCharsets.UTF_8));
                        return statement.executeUpdate();
                    }
                });
    }
}
