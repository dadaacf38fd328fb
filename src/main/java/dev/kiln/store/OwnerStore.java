package dev.kiln.store;

import dev.kiln.job.JobId;
import jakarta.enterprise.context.ApplicationScoped;

/** Whose jobs are. A job never changes hands. */
@ApplicationScoped
public class OwnerStore {
    private static final String OWNS =
            """
            select exists (select from job where id = ? and tenant = ?)
                   or exists (select from retired_id where id = ? and tenant = ?)
            """;

    private static final String WAS_REFUSED =
            """
            select exists (select from rejected where id = ? and tenant = ?)
                   and not exists (select from job where id = ?)
            """;

    private final Database database;

    OwnerStore(Database database) {
        this.database = database;
    }

    /**
     * Whether the tenant has this job, or had it before its time was over. Of a job of somebody
     * else's it learns what it would learn if there were none, and by the same work.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public boolean owns(String tenant, JobId job) {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(OWNS)) {
                        statement.setObject(1, job.value());
                        statement.setString(2, tenant);
                        statement.setObject(3, job.value());
                        statement.setString(4, tenant);
                        try (var row = statement.executeQuery()) {
                            row.next();
                            return row.getBoolean(1);
                        }
                    }
                });
    }

    /**
     * Whether a submission of the tenant was refused under this id, and nobody has such a job.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public boolean wasRefused(String tenant, JobId job) {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(WAS_REFUSED)) {
                        statement.setObject(1, job.value());
                        statement.setString(2, tenant);
                        statement.setObject(3, job.value());
                        try (var row = statement.executeQuery()) {
                            row.next();
                            return row.getBoolean(1);
                        }
                    }
                });
    }
}
