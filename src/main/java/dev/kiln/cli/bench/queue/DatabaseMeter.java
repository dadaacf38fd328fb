package dev.kiln.cli.bench.queue;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Reads what the database server counts: its log, its rows, its statements, its tables' sizes. */
final class DatabaseMeter implements AutoCloseable {
    /** By which words a statement of Kiln's is told from the others; the first that fits. */
    private static final Map<String, String> KINDS = kinds();

    private static final String STATEMENTS =
            """
            select s.query, s.calls, s.total_exec_time, s.wal_bytes, s.rows
              from pg_stat_statements s join pg_database d on d.oid = s.dbid
             where d.datname = 'kiln' and s.toplevel""";

    private static final String ROWS =
            """
            select relname, n_tup_ins, n_tup_upd, n_tup_del, n_tup_hot_upd, n_dead_tup, autovacuum_count
              from pg_stat_user_tables where schemaname = 'public'""";

    private static final String SIZES =
            """
            select c.relname, pg_relation_size(c.oid) + coalesce(pg_relation_size(c.reltoastrelid), 0)
              from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = 'public' and c.relkind in ('r', 'i') and pg_relation_size(c.oid) > 0""";

    private final Connection inKiln;
    private final Statement statement;

    DatabaseMeter(QueueMachine machine) throws SQLException {
        this.inKiln = machine.superuser().database("kiln").dataSource().getConnection();
        this.statement = inKiln.createStatement();
        statement.execute("create extension if not exists pg_stat_statements");
    }

    private static Map<String, String> kinds() {
        Map<String, String> kinds = new LinkedHashMap<>();
        kinds.put("skip locked) head", "claim");
        kinds.put("insert into execution_result", "finish");
        kinds.put("insert into worker", "register");
        kinds.put("with held as materialized", "extend leases");
        kinds.put("insert into job ", "admit");
        kinds.put("insert into job_payload", "admit");
        kinds.put("delete from outbox", "relay");
        kinds.put("pg_notify", "notify");
        return kinds;
    }

    /**
     * One kind of statement.
     *
     * @param millis that they took in the server, in all
     * @param wal bytes that they wrote to its log
     * @param rows that they returned or changed
     */
    record Cost(long calls, double millis, long wal, long rows) {
        Cost plus(Cost other) {
            return new Cost(
                    calls + other.calls, millis + other.millis, wal + other.wal, rows + other.rows);
        }

        Cost minus(Cost before) {
            return new Cost(
                    calls - before.calls,
                    millis - before.millis,
                    wal - before.wal,
                    rows - before.rows);
        }
    }

    /** Rows of all tables together, and of {@code job} what vacuum has to do. */
    record Rows(long inserted, long updated, long deleted, long hot, long deadJobs, long vacuums) {
        Rows minus(Rows before) {
            return new Rows(
                    inserted - before.inserted,
                    updated - before.updated,
                    deleted - before.deleted,
                    hot - before.hot,
                    deadJobs,
                    vacuums - before.vacuums);
        }

        long written() {
            return inserted + updated + deleted;
        }
    }

    /**
     * All that is counted at one moment, or between two.
     *
     * @param nanos of this machine's clock
     * @param ended jobs that came to their end: what the others are to be divided by, since reading
     *     takes time on a busy machine
     * @param wal bytes of the server's log
     * @param commits transactions
     * @param sizes of tables (with their TOAST) and indexes, in bytes; always those of the moment
     */
    record Counts(
            long nanos,
            long ended,
            long wal,
            long commits,
            Rows rows,
            Map<String, Cost> statements,
            Map<String, Long> sizes) {
        Counts minus(Counts before) {
            Map<String, Cost> costs = new TreeMap<>();
            statements.forEach(
                    (kind, cost) ->
                            costs.put(
                                    kind,
                                    cost.minus(
                                            before.statements.getOrDefault(
                                                    kind, new Cost(0, 0, 0, 0)))));
            return new Counts(
                    nanos - before.nanos,
                    ended - before.ended,
                    wal - before.wal,
                    commits - before.commits,
                    rows.minus(before.rows),
                    costs,
                    sizes);
        }
    }

    Counts read() throws SQLException {
        return new Counts(
                System.nanoTime(),
                number(QueueTables.ENDED),
                number("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint"),
                number("select xact_commit from pg_stat_database where datname = 'kiln'"),
                rows(),
                statements(),
                sizes());
    }

    private long number(String query) throws SQLException {
        try (var row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    private Rows rows() throws SQLException {
        long[] sums = new long[6];
        try (var row = statement.executeQuery(ROWS)) {
            while (row.next()) {
                for (int i = 0; i < 4; i++) {
                    sums[i] += row.getLong(i + 2);
                }
                if (row.getString(1).equals("job")) {
                    sums[4] = row.getLong(6);
                }
                sums[5] += row.getLong(7);
            }
        }
        return new Rows(sums[0], sums[1], sums[2], sums[3], sums[4], sums[5]);
    }

    private Map<String, Cost> statements() throws SQLException {
        Map<String, Cost> costs = new TreeMap<>();
        try (var row = statement.executeQuery(STATEMENTS)) {
            while (row.next()) {
                costs.merge(
                        kind(row.getString(1)),
                        new Cost(row.getLong(2), row.getDouble(3), row.getLong(4), row.getLong(5)),
                        Cost::plus);
            }
        }
        return costs;
    }

    /** What this statement is for; {@code other} where no word tells. */
    static String kind(String query) {
        return KINDS.entrySet().stream()
                .filter(kind -> query.contains(kind.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("other");
    }

    private Map<String, Long> sizes() throws SQLException {
        Map<String, Long> sizes = new TreeMap<>();
        try (var row = statement.executeQuery(SIZES)) {
            while (row.next()) {
                sizes.put(row.getString(1), row.getLong(2));
            }
        }
        return sizes;
    }

    @Override
    public void close() throws SQLException {
        inKiln.close();
    }
}
