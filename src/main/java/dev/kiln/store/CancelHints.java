package dev.kiln.store;

import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Tells workers, over LISTEN and NOTIFY, that one of their jobs is to be cancelled. Hints only:
 * they may be lost, and come by no connection pooler that shares connections between statements;
 * the answer to a worker's next heartbeat has the truth.
 */
@ApplicationScoped
public class CancelHints {
    private static final Logger LOG = Logger.getLogger(CancelHints.class);
    private static final String CHANNEL = "kiln_cancel";
    private static final String NOTIFY =
            "select pg_notify('" + CHANNEL + "', w) from unnest(?::text[]) w";
    private static final int VALID_SECONDS = 2;

    private final Database database;
    private final AgroalDataSource dataSource;

    CancelHints(Database database, AgroalDataSource dataSource) {
        this.database = database;
        this.dataSource = dataSource;
    }

    /**
     * Tells these workers. Outside of the transaction that cancelled: commits that notify wait for
     * each other.
     */
    void tell(Collection<String> workers) {
        if (workers.isEmpty()) {
            return;
        }
        try {
            database.sql(
                    connection -> {
                        try (var statement = connection.prepareStatement(NOTIFY)) {
                            statement.setArray(
                                    1, connection.createArrayOf("text", workers.toArray()));
                            return statement.execute();
                        }
                    });
        } catch (StoreUnavailable e) {
            LOG.debug("a cancel will be noticed by the next heartbeat", e);
        }
    }

    /** Listens for one worker, on a connection of its own that is taken when it is first needed. */
    public Listener listener(String worker) {
        return new Listener(worker);
    }

    /** Hears what one worker is told. For one thread. */
    public final class Listener implements AutoCloseable {
        private final String worker;
        private @Nullable Connection connection;

        private Listener(String worker) {
            this.worker = worker;
        }

        /**
         * Waits for a hint.
         *
         * @param atMost how long, to the millisecond; greater than zero
         * @return whether there was one for this worker
         * @throws StoreUnavailable when the connection broke: hints may have been lost
         */
        public boolean await(Duration atMost) {
            try {
                Connection listening = listening();
                var heard =
                        listening
                                .unwrap(PGConnection.class)
                                .getNotifications(Math.toIntExact(atMost.toMillis()));
                // Silence may be that of a dead connection, which nothing else would notice.
                if (heard.length == 0 && !listening.isValid(VALID_SECONDS)) {
                    throw new SQLException("the connection that listens for cancels broke");
                }
                for (var hint : heard) {
                    if (hint.getParameter().equals(worker)) {
                        return true;
                    }
                }
                return false;
            } catch (SQLException e) {
                close();
                throw new StoreUnavailable(e);
            }
        }

        private Connection listening() throws SQLException {
            if (connection == null) {
                connection = dataSource.getConnection();
                execute(connection, "listen " + CHANNEL);
            }
            return connection;
        }

        /** Gives the connection back, deaf again. */
        @Override
        public void close() {
            if (connection == null) {
                return;
            }
            try (var given = connection) {
                execute(given, "unlisten " + CHANNEL);
            } catch (SQLException gone) {
                LOG.debug("a listening connection was closed by the other side", gone);
            }
            connection = null;
        }

        private static void execute(Connection connection, String command) throws SQLException {
            try (var statement = connection.createStatement()) {
                statement.execute(command);
            }
        }
    }
}
