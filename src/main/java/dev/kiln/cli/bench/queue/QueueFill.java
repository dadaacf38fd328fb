package dev.kiln.cli.bench.queue;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Queued jobs by the hundred thousand, in one statement: the same rows as submissions make, turns
 * and all. The programs are one line that does nothing.
 *
 * @param jobs how many
 * @param tenants whose: each has as many, one after another, as if it had submitted them at once
 * @param first the number of the first tenant; they are counted round
 * @param where they wait
 */
record QueueFill(int jobs, int tenants, int first, Where where) {
    /** What is asked of a worker: the demand of the rows below. */
    static final String DEMAND = "scripted 1 1 - ";

    /** What each may have, in bytes. */
    static final long MEMORY = 64L << 20;

    /** Where queued jobs can wait. */
    enum Where {
        /** For the next claim. */
        IN_LINE(0, "now()", "false"),
        /** For a time to come, with the highest priority. */
        PUT_OFF(9, "now() + interval '1 day'", "false"),
        /** For others of their tenants to end, with the highest priority. */
        BEYOND_A_CAP(9, "now()", "true");

        private final int priority;
        private final String runAt;
        private final String capped;

        Where(int priority, String runAt, String capped) {
            this.priority = priority;
            this.runAt = runAt;
            this.capped = capped;
        }
    }

    /** Ids as Kiln gives them: UUIDs of version 7. */
    private static final String SQL =
            """
            with numbers as materialized (
                select n, 't' || (%3$d + (n - 1) * %2$d / %1$d) %% %2$d as tenant from generate_series(1::bigint, %1$d) as n
            ), lines as materialized (
                select tenant, next_turn(tenant, %4$d, '%7$s') as turn from (select distinct tenant from numbers) tenants
            ), fresh as materialized (
                select n, tenant, (lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0')
                           || '7' || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid as id
                  from numbers
            ), jobs as (
                insert into job (id, tenant, language, priority, run_at, memory_bytes, capped, turn)
                select id, tenant, 'scripted', %4$d, %5$s, %8$d, %6$s,
                       case when not %6$s and %5$s <= now() then turn - 1 + row_number() over (partition by tenant order by n) end
                  from fresh join lines using (tenant) order by n
            )
            insert into job_payload (job_id, code, stdin, inputs, body_hash, timeout_ms, memory_limit, cpu_limit,
                                     pids_limit, output_limit, disk_limit)
            select id, 'exit 0', '', '%9$s', sha256(id::text::bytea), 30000, %8$d, 1, 50, 1048576, 67108864 from fresh
            """;

    /** What a program without arguments is given. */
    private static final String INPUTS =
            """
            {"args":[],"env":{},"files":[],"artifacts":{"patterns":[],"maxBytes":0,"maxFileBytes":0,"maxFiles":0,"maxDepth":1}}"""
                    .strip();

    static QueueFill inLine(int jobs, int tenants) {
        return new QueueFill(jobs, tenants, 0, Where.IN_LINE);
    }

    /** Inserts them. */
    void into(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(
                    SQL.formatted(
                            jobs,
                            tenants,
                            first,
                            where.priority,
                            where.runAt,
                            where.capped,
                            DEMAND,
                            MEMORY,
                            INPUTS));
        }
    }
}
