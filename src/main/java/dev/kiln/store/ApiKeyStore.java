package dev.kiln.store;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The keys of the HTTP API. Every change is written into the audit by the same transaction. */
@ApplicationScoped
public class ApiKeyStore {
    private static final String COLUMNS =
            "id, tenant, role, name, secret_sha256, created_at, revoked_at";

    private static final String INSERT =
            "insert into api_key (id, tenant, role, name, secret_sha256) values (?, ?, ?, ?, ?) returning created_at";

    private static final String FIND =
            "select " + COLUMNS + " from api_key where id = ? and revoked_at is null";

    private static final String LIST =
            "select "
                    + COLUMNS
                    + " from api_key where id > ? and (?::text is null or tenant = ?) order by id limit ?";

    /** An update of what is revoked already would change since when. */
    private static final String REVOKE =
            "update api_key set revoked_at = now() where id = ? and (?::text is null or tenant = ?) and revoked_at is null returning tenant";

    private static final String KNOWN =
            "select exists (select from api_key where id = ? and (?::text is null or tenant = ?))";

    private static final String OPERATOR =
            "select exists (select from api_key where tenant is null and role = 'admin' and revoked_at is null)";

    private final Database database;

    ApiKeyStore(Database database) {
        this.database = database;
    }

    /**
     * A key to be.
     *
     * @param id that nobody has used
     * @param tenant whose it is; null when it is for all tenants
     * @param role read, submit or admin
     * @param name what people call it
     * @param secretSha256 the SHA-256 of its secret, 32 bytes
     */
    public record NewKey(
            String id, @Nullable String tenant, String role, String name, byte[] secretSha256) {}

    /**
     * Makes a key durable.
     *
     * @param by the key of whoever asked for it
     * @return when it was made
     * @throws StoreUnavailable when nobody knows whether it was written
     */
    public Instant create(NewKey key, String by) {
        return database.sql(
                connection -> {
                    AuditStore.insert(
                            connection,
                            new AuditEntry.Deed(by, key.tenant(), "key.create", key.id()));
                    try (var statement = connection.prepareStatement(INSERT)) {
                        statement.setString(1, key.id());
                        statement.setString(2, key.tenant());
                        statement.setString(3, key.role());
                        statement.setString(4, key.name());
                        statement.setBytes(5, key.secretSha256());
                        try (var row = statement.executeQuery()) {
                            row.next();
                            return row.getObject(1, OffsetDateTime.class).toInstant();
                        }
                    }
                });
    }

    /**
     * The key with this id, unless it was revoked.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Optional<StoredKey> find(String id) {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(FIND)) {
                        statement.setString(1, id);
                        return keys(statement).stream().findFirst();
                    }
                });
    }

    /**
     * A page of keys, the revoked ones too, the oldest first.
     *
     * @param tenant only of this tenant; null for all
     * @param after only keys with greater ids
     * @param most how many at most
     * @throws StoreUnavailable when the same call may succeed later
     */
    public List<StoredKey> list(@Nullable String tenant, String after, int most) {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(LIST)) {
                        statement.setString(1, after);
                        statement.setString(2, tenant);
                        statement.setString(3, tenant);
                        statement.setInt(4, most);
                        return keys(statement);
                    }
                });
    }

    /**
     * Revokes a key; harmless to repeat.
     *
     * @param tenant whose it must be; null for anybody's
     * @param by the key of whoever asked for it
     * @return whether there is such a key
     * @throws StoreUnavailable when the same call may succeed later
     */
    public boolean revoke(String id, @Nullable String tenant, String by) {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(REVOKE)) {
                        address(statement, id, tenant);
                        try (var row = statement.executeQuery()) {
                            if (row.next()) {
                                AuditStore.insert(
                                        connection,
                                        new AuditEntry.Deed(
                                                by, row.getString(1), "key.revoke", id));
                                return true;
                            }
                        }
                    }
                    try (var statement = connection.prepareStatement(KNOWN)) {
                        address(statement, id, tenant);
                        return isTrue(statement);
                    }
                });
    }

    private static void address(PreparedStatement statement, String id, @Nullable String tenant)
            throws SQLException {
        statement.setString(1, id);
        statement.setString(2, tenant);
        statement.setString(3, tenant);
    }

    /**
     * Whether there is a key that may make others for every tenant.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public boolean hasOperator() {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(OPERATOR)) {
                        return isTrue(statement);
                    }
                });
    }

    private static boolean isTrue(PreparedStatement statement) throws SQLException {
        try (var row = statement.executeQuery()) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static List<StoredKey> keys(PreparedStatement statement) throws SQLException {
        List<StoredKey> keys = new ArrayList<>();
        try (var row = statement.executeQuery()) {
            while (row.next()) {
                keys.add(key(row));
            }
        }
        return keys;
    }

    private static StoredKey key(ResultSet row) throws SQLException {
        @Nullable OffsetDateTime revoked = row.getObject("revoked_at", OffsetDateTime.class);
        return new StoredKey(
                row.getString("id"),
                row.getString("tenant"),
                row.getString("role"),
                row.getString("name"),
                row.getBytes("secret_sha256"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                revoked == null ? null : revoked.toInstant());
    }
}
