package dev.kiln.store;

import dev.kiln.job.Context;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import org.hibernate.jdbc.ReturningWork;

/**
 * Contexts that were uploaded, once for each tenant that did. One that a job may yet read cannot be
 * deleted: the job's row in {@code context_use} refers to it.
 */
@ApplicationScoped
public class ContextStore {
    /** Bytes of a piece. */
    static final int CHUNK = 1 << 20;

    /** What became of an upload. */
    public enum Outcome {
        /** It is durable now. */
        STORED,
        /** It was there already; it counts as used now. */
        KNOWN,
        /** The tenant's contexts together would be larger than they may be: nothing was written. */
        OVER_QUOTA
    }

    /** Whoever uploads something new holds it, so that the sum cannot change under another. */
    private static final String LOCK_TENANT =
            "select pg_advisory_xact_lock(hashtextextended('kiln context ' || ?, 0))";

    private static final String TOUCH =
            "update context set used_at = now() where tenant = ? and sha256 = ?";

    private static final String TAKEN =
            "select coalesce(sum(bytes), 0) from context where tenant = ?";

    private static final String INSERT =
            "insert into context (tenant, sha256, bytes) values (?, ?, ?)";

    private static final String INSERT_CHUNK =
            "insert into context_chunk (tenant, sha256, seq, content) values (?, ?, ?, ?)";

    private static final String SIZE = "select bytes from context where tenant = ? and sha256 = ?";

    private static final String READ_CHUNK =
            "select content from context_chunk where tenant = ? and sha256 = ? and seq = ?";

    /**
     * Locks contexts whose time is over. A submission that is about to use one holds its row, and
     * is let be; one that comes later waits, and finds it gone.
     */
    private static final String CHOOSE =
            """
            select tenant, sha256 from context c
             where used_at < now() - ? * interval '1 millisecond'
               and not exists (select 1 from context_use u join job on job.id = u.job_id
                                where u.tenant = c.tenant and u.sha256 = c.sha256
                                  and job.state in ('QUEUED', 'RUNNING', 'ABANDONED'))
             order by used_at
             limit ?
               for update skip locked
            """;

    private static final String CHOSEN = "unnest(?::text[], ?::bytea[]) as e (tenant, sha256)";

    /** States that a job never leaves. An abandoned one may be given another chance. */
    private static final String RELEASE =
            """
            delete from context_use u using %s, job
             where u.tenant = e.tenant and u.sha256 = e.sha256 and job.id = u.job_id
               and job.state in ('FINISHED', 'CANCELLED', 'EXPIRED')
            """
                    .formatted(CHOSEN);

    /** Looks again, now that nobody can begin to use them. */
    private static final String DELETE =
            """
            delete from context c using %s
             where c.tenant = e.tenant and c.sha256 = e.sha256
               and not exists (select 1 from context_use u where u.tenant = c.tenant and u.sha256 = c.sha256)
            """
                    .formatted(CHOSEN);

    private final Database database;

    ContextStore(Database database) {
        this.database = database;
    }

    /** Takes one piece after the other. */
    @FunctionalInterface
    public interface Sink {
        void take(byte[] piece) throws IOException;
    }

    /**
     * Stores an upload.
     *
     * @param bytes how many the content has; its hash is believed
     * @param quota bytes that all contexts of the tenant may have
     * @throws IOException when the content cannot be read; nothing was written
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Outcome store(Context.Uploaded context, InputStream content, long bytes, long quota)
            throws IOException {
        try {
            return database.sql(connection -> store(connection, context, content, bytes, quota));
        } catch (UnreadableContent e) {
            throw e.why;
        }
    }

    private static Outcome store(
            Connection connection,
            Context.Uploaded context,
            InputStream content,
            long bytes,
            long quota)
            throws SQLException {
        if (touch(connection, context)) {
            return Outcome.KNOWN;
        }
        try (var statement = connection.prepareStatement(LOCK_TENANT)) {
            statement.setString(1, context.tenant());
            statement.execute();
        }
        // Another upload of the same may have come first.
        if (touch(connection, context)) {
            return Outcome.KNOWN;
        }
        try (var statement = connection.prepareStatement(TAKEN)) {
            statement.setString(1, context.tenant());
            try (var row = statement.executeQuery()) {
                row.next();
                if (row.getLong(1) + bytes > quota) {
                    return Outcome.OVER_QUOTA;
                }
            }
        }
        insert(connection, context, content, bytes);
        return Outcome.STORED;
    }

    private static boolean touch(Connection connection, Context.Uploaded context)
            throws SQLException {
        try (var statement = connection.prepareStatement(TOUCH)) {
            setKey(statement, context);
            return statement.executeUpdate() == 1;
        }
    }

    private static void insert(
            Connection connection, Context.Uploaded context, InputStream content, long bytes)
            throws SQLException {
        try (var statement = connection.prepareStatement(INSERT)) {
            setKey(statement, context);
            statement.setLong(3, bytes);
            statement.executeUpdate();
        }
        try (var statement = connection.prepareStatement(INSERT_CHUNK)) {
            setKey(statement, context);
            int seq = 0;
            for (byte[] piece = next(content); piece.length > 0; piece = next(content)) {
                statement.setInt(3, seq++);
                statement.setBytes(4, piece);
                statement.executeUpdate();
            }
        }
    }

    private static byte[] next(InputStream content) {
        try {
            return content.readNBytes(CHUNK);
        } catch (IOException broken) {
            throw new UnreadableContent(broken);
        }
    }

    /**
     * How many bytes it has; empty when this tenant has no such context, whoever else may have.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public OptionalLong size(Context.Uploaded context) {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(SIZE)) {
                        setKey(statement, context);
                        try (var row = statement.executeQuery()) {
                            return row.next()
                                    ? OptionalLong.of(row.getLong(1))
                                    : OptionalLong.empty();
                        }
                    }
                });
    }

    /**
     * Reads a context that a job refers to, each piece in a transaction of its own.
     *
     * @return false when there is none
     * @throws IOException as the sink throws it
     * @throws StoreUnavailable when the same call may succeed later
     */
    public boolean read(Context.Uploaded context, Sink to) throws IOException {
        OptionalLong size = size(context);
        if (size.isEmpty()) {
            return false;
        }
        long left = size.getAsLong();
        for (int seq = 0; left > 0; seq++) {
            byte[] piece = database.sql(chunk(context, seq));
            if (piece.length == 0) {
                return false;
            }
            to.take(piece);
            left -= piece.length;
        }
        return true;
    }

    private static ReturningWork<byte[]> chunk(Context.Uploaded context, int seq) {
        return connection -> {
            try (var statement = connection.prepareStatement(READ_CHUNK)) {
                setKey(statement, context);
                statement.setInt(3, seq);
                try (var row = statement.executeQuery()) {
                    return row.next() ? row.getBytes(1) : new byte[0];
                }
            }
        };
    }

    /**
     * Deletes contexts that nobody has used for that long and that no job may yet read.
     *
     * @param most how many at once
     * @return how many were deleted
     * @throws StoreUnavailable when the same call may succeed later
     */
    public int expire(Duration unused, int most) {
        return database.sql(
                connection -> {
                    var chosen = choose(connection, unused, most);
                    if (chosen.isEmpty()) {
                        return 0;
                    }
                    change(connection, RELEASE, chosen);
                    return change(connection, DELETE, chosen);
                });
    }

    private static List<Context.Uploaded> choose(Connection connection, Duration unused, int most)
            throws SQLException {
        try (var statement = connection.prepareStatement(CHOOSE)) {
            statement.setLong(1, unused.toMillis());
            statement.setInt(2, most);
            try (var row = statement.executeQuery()) {
                return ContextUses.keys(row);
            }
        }
    }

    private static int change(Connection connection, String sql, List<Context.Uploaded> chosen)
            throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            ContextUses.setKeys(statement, chosen);
            return statement.executeUpdate();
        }
    }

    private static void setKey(PreparedStatement statement, Context.Uploaded context)
            throws SQLException {
        statement.setString(1, context.tenant());
        statement.setBytes(2, HexFormat.of().parseHex(context.sha256()));
    }

    /** Carries an {@code IOException} out of a transaction, which it rolls back. */
    private static final class UnreadableContent extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient IOException why;

        private UnreadableContent(IOException why) {
            super(why);
            this.why = why;
        }
    }
}
