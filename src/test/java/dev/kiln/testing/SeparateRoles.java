package dev.kiln.testing;

import dev.kiln.embedded.DatabaseAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** A database with the roles of deploy/sql. */
public final class SeparateRoles {
    private static final Path SCRIPTS = Path.of("deploy/sql");
    private static final String DATABASE = "apart";

    private final DatabaseAccess superuser;

    /**
     * Makes it.
     *
     * @param superuser of the server
     */
    public SeparateRoles(DatabaseAccess superuser) throws SQLException, IOException {
        execute(superuser, "create database " + DATABASE);
        this.superuser = superuser.database(DATABASE);
        execute(this.superuser, Files.readString(SCRIPTS.resolve("roles.sql")));
        for (String role : List.of("kiln_owner", "kiln_app", "kiln_scaler")) {
            execute(this.superuser, "alter role %s password 'of-%s'".formatted(role, role));
        }
    }

    /** What is done after the first migration. */
    public void afterMigration() throws SQLException, IOException {
        execute(superuser, Files.readString(SCRIPTS.resolve("after-migration.sql")));
    }

    /** What a Kiln process needs to know to work as this role. */
    public Map<String, String> environment(String role) {
        var access = as(role);
        return Map.of(
                "QUARKUS_DATASOURCE_JDBC_URL", access.url(),
                "QUARKUS_DATASOURCE_USERNAME", access.username(),
                "QUARKUS_DATASOURCE_PASSWORD", access.password());
    }

    private DatabaseAccess as(String role) {
        return new DatabaseAccess(superuser.url(), role, "of-" + role);
    }

    /** What a query for one number says to this role. */
    public long count(String role, String query) throws SQLException {
        try (var connection = as(role).dataSource().getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Why this role may not do this; fails when it may. */
    public String refusal(String role, String statement) {
        try {
            execute(as(role), statement);
        } catch (SQLException refused) {
            return String.valueOf(refused.getMessage());
        }
        throw new AssertionError(role + " may " + statement);
    }

    private static void execute(DatabaseAccess access, String script) throws SQLException {
        try (var connection = access.dataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(script);
        }
    }
}
