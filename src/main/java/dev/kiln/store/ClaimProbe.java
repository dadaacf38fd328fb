package dev.kiln.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * Claims as a worker makes them, on a connection of the caller's: for measuring what they cost. The
 * statement, how it is sent and the settings of the connection are those of {@link ClaimStore}.
 */
public final class ClaimProbe {
    private static final String CONFIGURATION = "/application.properties";
    private static final String SETTINGS = "quarkus.datasource.jdbc.new-connection-sql";

    private final Connection connection;
    private final String owner;
    private final int most;
    private final long memory;
    private final Duration lease;

    /**
     * Takes the connection over: its transactions are begun and ended by hand from now on.
     *
     * @param owner the id of a worker that is registered: letters, digits and {@code -}
     * @param most jobs in a claim
     * @param memory what they may have together, in bytes
     * @param lease how long the claims hold
     */
    public ClaimProbe(Connection connection, String owner, int most, long memory, Duration lease)
            throws SQLException {
        if (!owner.matches("[0-9A-Za-z-]+")) {
            throw new IllegalArgumentException("not a worker's id: " + owner);
        }
        this.connection = connection;
        this.owner = owner;
        this.most = most;
        this.memory = memory;
        this.lease = lease;
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute(settings());
        }
        connection.commit();
    }

    private static String settings() {
        var configuration = new Properties();
        try (var file = ClaimProbe.class.getResourceAsStream(CONFIGURATION)) {
            configuration.load(Objects.requireNonNull(file, CONFIGURATION));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Objects.requireNonNull(configuration.getProperty(SETTINGS), SETTINGS);
    }

    /**
     * Claims jobs; whether that is committed is up to the caller.
     *
     * @return how many
     */
    public int claim() throws SQLException {
        return ClaimStore.claim(connection, owner, most, memory, lease).size();
    }

    /** How a plan is written down. */
    public enum Format {
        /** For people. */
        TEXT,
        /** For programs. */
        JSON
    }

    /**
     * What the database does for a claim, with the rows and the pages that it reads. It is planned
     * as for a worker, without a look at the parameters, and what was claimed is given back.
     */
    public String explain(Format format) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("prepare kiln_claim as " + numbered(ClaimStore.CLAIM));
            var plan = new StringBuilder();
            try (var rows =
                    statement.executeQuery(
                            "explain (analyze, buffers, format %s) execute kiln_claim ('%s', %d, %d, %d, '%s', %d)"
                                    .formatted(
                                            format,
                                            owner,
                                            most,
                                            most,
                                            memory,
                                            owner,
                                            lease.toMillis()))) {
                while (rows.next()) {
                    plan.append(rows.getString(1)).append('\n');
                }
            } finally {
                connection.rollback();
                statement.execute("deallocate kiln_claim");
                connection.commit();
            }
            return plan.toString();
        }
    }

    /** As a server numbers its parameters. */
    private static String numbered(String statement) {
        var number = new AtomicInteger();
        return Pattern.compile("\\?")
                .matcher(statement)
                .replaceAll(_ -> "\\$" + number.incrementAndGet());
    }
}
