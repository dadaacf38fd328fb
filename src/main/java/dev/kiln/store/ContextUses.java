package dev.kiln.store;

import dev.kiln.job.Context;
import dev.kiln.job.JobId;
import dev.kiln.job.Submission;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What submissions do with uploaded contexts: hold those they name, and say so. */
final class ContextUses {
    /**
     * Not more often than once a minute, so that thousands of jobs with one context do not rewrite
     * its row; and whoever is at it is left to it, so that nobody waits or meets in a deadlock.
     */
    private static final String REFRESH =
            """
            with stale as (
                select c.tenant, c.sha256 from context c
                  join unnest(?::text[], ?::bytea[]) as e (tenant, sha256) using (tenant, sha256)
                 where c.used_at < now() - interval '1 minute'
                   for no key update of c skip locked
            )
            update context c set used_at = now()
              from stale where c.tenant = stale.tenant and c.sha256 = stale.sha256
            """;

    /** Until the end of the transaction nobody can delete what this returns. */
    private static final String HOLD =
            """
            select c.tenant, c.sha256 from context c
              join unnest(?::text[], ?::bytea[]) as e (tenant, sha256) using (tenant, sha256)
             order by c.tenant, c.sha256
               for key share of c
            """;

    private static final String INSERT =
            """
            insert into context_use (job_id, tenant, sha256)
            select * from unnest(?::uuid[], ?::text[], ?::bytea[])
            """;

    private ContextUses() {}

    /** Those of the submissions that name a context that is not there. */
    static Set<JobId> withoutContext(Connection connection, List<Submission> submissions)
            throws SQLException {
        var users = submissions.stream().filter(s -> uploaded(s) != null).toList();
        if (users.isEmpty()) {
            return Set.of();
        }
        var held = hold(connection, users.stream().map(ContextUses::uploaded).distinct().toList());
        Set<JobId> without = new HashSet<>();
        users.stream().filter(s -> !held.contains(uploaded(s))).forEach(s -> without.add(s.id()));
        return without;
    }

    /**
     * Those of the contexts that are there; nobody can delete them before the transaction's end.
     */
    static Set<Context.Uploaded> hold(Connection connection, List<Context.Uploaded> named)
            throws SQLException {
        try (var statement = connection.prepareStatement(REFRESH)) {
            setKeys(statement, named);
            statement.executeUpdate();
        }
        try (var statement = connection.prepareStatement(HOLD)) {
            setKeys(statement, named);
            try (var row = statement.executeQuery()) {
                return new HashSet<>(keys(row));
            }
        }
    }

    /** Says which contexts new jobs may yet read; they are held. */
    static void insert(Connection connection, List<Submission> jobs) throws SQLException {
        var users = jobs.stream().filter(s -> uploaded(s) != null).toList();
        if (users.isEmpty()) {
            return;
        }
        try (var statement = connection.prepareStatement(INSERT)) {
            Object[] ids = users.stream().map(s -> s.id().value()).toArray();
            statement.setArray(1, connection.createArrayOf("uuid", ids));
            setKeys(statement, 2, users.stream().map(ContextUses::uploaded).toList());
            statement.executeUpdate();
        }
    }

    static Context.@Nullable Uploaded uploaded(Submission submission) {
        return submission.spec().program().context() instanceof Context.Uploaded uploaded
                ? uploaded
                : null;
    }

    static void setKeys(PreparedStatement statement, List<Context.Uploaded> keys)
            throws SQLException {
        setKeys(statement, 1, keys);
    }

    private static void setKeys(PreparedStatement statement, int at, List<Context.Uploaded> keys)
            throws SQLException {
        var connection = statement.getConnection();
        Object[] tenants = keys.stream().map(Context.Uploaded::tenant).toArray();
        byte[][] hashes =
                keys.stream().map(k -> HexFormat.of().parseHex(k.sha256())).toArray(byte[][]::new);
        statement.setArray(at, connection.createArrayOf("text", tenants));
        statement.setArray(at + 1, connection.createArrayOf("bytea", hashes));
    }

    static List<Context.Uploaded> keys(ResultSet row) throws SQLException {
        List<Context.Uploaded> keys = new ArrayList<>();
        while (row.next()) {
            keys.add(
                    new Context.Uploaded(
                            row.getString("tenant"),
                            HexFormat.of().formatHex(row.getBytes("sha256"))));
        }
        return keys;
    }
}
