package dev.kiln.store;

import io.agroal.api.AgroalDataSource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.RollbackException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.Callable;
import org.hibernate.Session;
import org.hibernate.jdbc.ReturningWork;
import org.jspecify.annotations.Nullable;

/** Runs pieces of work in transactions of their own. */
@ApplicationScoped
class Database {
    /**
     * SQLSTATE classes of errors that pass by waiting: connection exception, insufficient
     * resources, operator intervention, transaction rollback (PostgreSQL documentation, appendix
     * A).
     */
    private static final Set<String> PASSING = Set.of("08", "53", "57", "40");

    private final EntityManager entityManager;
    private final AgroalDataSource dataSource;

    Database(EntityManager entityManager, AgroalDataSource dataSource) {
        this.entityManager = entityManager;
        this.dataSource = dataSource;
    }

    /**
     * Runs the work in a new transaction, committed when it returns and rolled back when it throws.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    <T> T transaction(Callable<T> work) {
        try {
            return QuarkusTransaction.requiringNew().call(work);
        } catch (RuntimeException e) {
            throw passes(e) ? new StoreUnavailable(e) : e;
        }
    }

    /**
     * As {@link #transaction}, for plain SQL: on a connection of its own, past the transaction
     * manager and Hibernate, which cost more than a statement of the hot path does. With a COMMIT
     * even where the work is one statement that writes: chaos knows by it which answers to lose.
     */
    <T> T sql(ReturningWork<T> work) {
        try (var connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try {
                T result = work.execute(connection);
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException e) {
                rollBack(connection, e);
                throw e;
            }
        } catch (SQLException e) {
            throw passes(e) ? new StoreUnavailable(e) : new IllegalStateException(e);
        } catch (RuntimeException e) {
            throw passes(e) ? new StoreUnavailable(e) : e;
        }
    }

    /**
     * As {@link #sql}, for work of one statement that writes nothing: that is a transaction by
     * itself, and one round trip in place of two.
     */
    <T> T read(ReturningWork<T> work) {
        try (var connection = dataSource.getConnection()) {
            return work.execute(connection);
        } catch (SQLException e) {
            throw passes(e) ? new StoreUnavailable(e) : new IllegalStateException(e);
        } catch (RuntimeException e) {
            throw passes(e) ? new StoreUnavailable(e) : e;
        }
    }

    private static void rollBack(Connection connection, Exception cause) {
        try {
            connection.rollback();
        } catch (SQLException brokenAnyway) {
            cause.addSuppressed(brokenAnyway);
        }
    }

    /** Plain SQL on the connection of the transaction that is under way, which Panache shares. */
    <T> T inTransaction(ReturningWork<T> work) {
        return entityManager.unwrap(Session.class).doReturningWork(work);
    }

    /** Whether the cause of this is one that passes by waiting. */
    static boolean passes(@Nullable Throwable e) {
        if (e == null) {
            return false;
        }
        boolean itself =
                switch (e) {
                    case SQLException sql -> passes(sql.getSQLState());
                    // The commit's answer was lost or the transaction timed out: nobody knows, ask
                    // again.
                    case RollbackException _, HeuristicMixedException _ -> true;
                    default -> false;
                };
        return itself
                || passes(e.getCause())
                || Arrays.stream(e.getSuppressed()).anyMatch(Database::passes);
    }

    /** The pool's own time-outs carry no SQLSTATE: they too are cured by waiting. */
    private static boolean passes(@Nullable String sqlState) {
        return sqlState == null
                || sqlState.length() < 2
                || PASSING.contains(sqlState.substring(0, 2));
    }
}
