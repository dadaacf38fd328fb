package dev.kiln.store;

import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Brings the tables to the version this program needs. */
@ApplicationScoped
public class Schema {
    private static final int SECONDS = 5;

    private final AgroalDataSource dataSource;
    private final Flyway flyway;
    private final SchemaConfig config;
    private final String url;

    Schema(
            AgroalDataSource dataSource,
            Flyway flyway,
            SchemaConfig config,
            @ConfigProperty(name = "quarkus.datasource.jdbc.url") String url) {
        this.dataSource = dataSource;
        this.flyway = flyway;
        this.config = config;
        this.url = url;
    }

    /**
     * Migrates, or only looks, as configured; returns one sentence with the remedy when the tables
     * are not what this program needs. Safe when several processes do it at once.
     */
    public Optional<String> prepare() {
        if (config.atStart() == SchemaConfig.AtStart.IGNORE) {
            return Optional.empty();
        }
        var unreachable = reach();
        if (unreachable.isPresent()) {
            return unreachable;
        }
        try {
            if (config.atStart() == SchemaConfig.AtStart.EXPECT) {
                return lacking();
            }
            migrate();
            return Optional.empty();
        } catch (FlywayException e) {
            if (Database.passes(e)) {
                return Optional.of(
                        unreachable("a connection broke while the tables were looked at"));
            }
            return Optional.of(
                    "The tables at %s cannot be brought to this version (%s): give this user the right to create tables, or use a database that a newer Kiln has not migrated."
                            .formatted(withoutSecrets(), root(e)));
        }
    }

    private void migrate() {
        try (var patient = new PatientDataSource(dataSource)) {
            Flyway.configure(flyway.getConfiguration().getClassLoader())
                    .configuration(flyway.getConfiguration())
                    .dataSource(patient)
                    .load()
                    .migrate();
        }
    }

    /** Whether this process is there for the tables alone. */
    public boolean isAllThereIsToDo() {
        return config.atStart() == SchemaConfig.AtStart.ONLY;
    }

    /** Which tables these are, and their version, for people. */
    public String told() {
        return "The tables at %s are at version %s.".formatted(withoutSecrets(), version());
    }

    private Optional<String> lacking() {
        int pending = flyway.info().pending().length;
        return pending == 0
                ? Optional.empty()
                : Optional.of(
                        "The tables at %s are at version %s and lack %d migrations: run ./kiln migrate with this version as their owner, or set KILN_SCHEMA_AT_START=migrate."
                                .formatted(withoutSecrets(), version(), pending));
    }

    private String version() {
        var current = flyway.info().current();
        return current == null ? "none" : String.valueOf(current.getVersion());
    }

    /** Returns one sentence with the remedy when the database does not answer. */
    Optional<String> reach() {
        try (var connection = dataSource.getConnection()) {
            // False is how a pooled connection tells that its server is gone.
            return connection.isValid(SECONDS)
                    ? Optional.empty()
                    : Optional.of(unreachable("a connection broke"));
        } catch (SQLException e) {
            return Optional.of(unreachable(root(e)));
        }
    }

    private String unreachable(String why) {
        return "Postgres cannot be reached at %s (%s): start it, or correct QUARKUS_DATASOURCE_JDBC_URL, _USERNAME and _PASSWORD."
                .formatted(withoutSecrets(), why);
    }

    private String withoutSecrets() {
        int query = url.indexOf('?');
        return query < 0 ? url : url.substring(0, query);
    }

    private static String root(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = String.valueOf(root.getMessage());
        return message.lines().findFirst().orElse(root.getClass().getSimpleName()).strip();
    }
}
