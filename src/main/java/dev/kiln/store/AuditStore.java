package dev.kiln.store;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who had what done. */
@ApplicationScoped
public class AuditStore {
    private static final String INSERT =
            "insert into audit (key, tenant, action, subject) values (?, ?, ?, ?)";

    private static final String ALL =
            "select seq, at, key, tenant, action, subject from audit where seq < ? order by seq desc limit ?";

    private static final String OF_TENANT =
            "select seq, at, key, tenant, action, subject from audit where seq < ? and tenant = ? order by seq desc limit ?";

    /** The oldest have the least numbers, but for those that were written at the same time. */
    private static final String FORGET =
            """
            delete from audit where seq in (
                select seq from (select seq, at from audit order by seq limit ?) oldest
                 where at < now() - ? * interval '1 millisecond')
            """;

    private final Database database;

    AuditStore(Database database) {
        this.database = database;
    }

    /**
     * Writes one down.
     *
     * @throws StoreUnavailable when nobody knows whether it was written
     */
    public void write(AuditEntry.Deed deed) {
        database.sql(
                connection -> {
                    insert(connection, deed);
                    return deed;
                });
    }

    /** In the transaction of what is written down. */
    static void insert(Connection connection, AuditEntry.Deed deed) throws SQLException {
        try (var statement = connection.prepareStatement(INSERT)) {
            statement.setString(1, deed.key());
            statement.setString(2, deed.tenant());
            statement.setString(3, deed.action());
            statement.setString(4, deed.subject());
            statement.executeUpdate();
        }
    }

    /**
     * A page, newest first.
     *
     * @param tenant only of this tenant; null for all
     * @param before only entries with lesser places
     * @param most how many at most
     * @throws StoreUnavailable when the same call may succeed later
     */
    public List<AuditEntry> page(@Nullable String tenant, long before, int most) {
        return database.sql(
                connection -> {
                    String select = tenant == null ? ALL : OF_TENANT;
                    try (var statement = connection.prepareStatement(select)) {
                        statement.setLong(1, before);
                        if (tenant == null) {
                            statement.setInt(2, most);
                        } else {
                            statement.setString(2, tenant);
                            statement.setInt(3, most);
                        }
                        return entries(statement);
                    }
                });
    }

    private static List<AuditEntry> entries(PreparedStatement statement) throws SQLException {
        List<AuditEntry> entries = new ArrayList<>();
        try (var row = statement.executeQuery()) {
            while (row.next()) {
                entries.add(entry(row));
            }
        }
        return entries;
    }

    private static AuditEntry entry(ResultSet row) throws SQLException {
        return new AuditEntry(
                row.getLong("seq"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                new AuditEntry.Deed(
                        row.getString("key"),
                        row.getString("tenant"),
                        row.getString("action"),
                        row.getString("subject")));
    }

    /**
     * Deletes some of what is older than that.
     *
     * @param most how many at most; where it is reached there may be more
     * @return how many
     * @throws StoreUnavailable when the same call may succeed later
     */
    public int forget(Duration age, int most) {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(FORGET)) {
                        statement.setInt(1, most);
                        statement.setLong(2, age.toMillis());
                        return statement.executeUpdate();
                    }
                });
    }
}
