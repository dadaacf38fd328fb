package dev.kiln.store;

import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import javax.sql.DataSource;

/**
 * Lets two transactions meet in a chosen order: the first is held just before its commit, with all
 * its locks, until the second has either run into them or gone past.
 */
final class Gate implements AutoCloseable {
    private static final int LOCK = 20_417;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Connection keeper;

    Gate(DataSource dataSource) throws SQLException {
        keeper = dataSource.getConnection();
        sql(
                """
                create or replace function gate() returns trigger language plpgsql as
                $$ begin perform pg_advisory_xact_lock_shared(%d); return null; end $$"""
                        .formatted(LOCK));
        sql("drop trigger if exists gate on job");
        sql(
                """
                create constraint trigger gate after insert or update on job
                deferrable initially deferred for each row execute function gate()""");
    }

    /** What the two came to. */
    record Ends<A, B>(A first, B second) {}

    /** Runs the second in the middle of the first. */
    <A, B> Ends<A, B> race(Callable<A> first, Callable<B> second) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            sql("select pg_advisory_lock(%d)".formatted(LOCK));
            CompletableFuture<A> one;
            CompletableFuture<B> two;
            try {
                one = CompletableFuture.supplyAsync(() -> call(first), threads);
                await().atMost(PATIENCE).until(() -> waiting() == 1);
                two = CompletableFuture.supplyAsync(() -> call(second), threads);
                await().atMost(PATIENCE).until(() -> two.isDone() || waiting() == 2);
            } finally {
                sql("select pg_advisory_unlock(%d)".formatted(LOCK));
            }
            return new Ends<>(one.get(), two.get());
        }
    }

    private static <T> T call(Callable<T> callable) {
        try {
            return callable.call();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private int waiting() throws SQLException {
        try (var statement = keeper.createStatement();
                var row =
                        statement.executeQuery(
                                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")) {
            row.next();
            return row.getInt(1);
        }
    }

    private void sql(String command) throws SQLException {
        try (var statement = keeper.createStatement()) {
            statement.execute(command);
        }
    }

    @Override
    public void close() throws SQLException {
        sql("drop trigger if exists gate on job");
        keeper.close();
    }
}
