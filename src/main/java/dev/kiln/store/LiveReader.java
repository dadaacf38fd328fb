package dev.kiln.store;

import dev.kiln.job.JobId;
import dev.kiln.job.ProgramStream;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayOutputStream;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** What those who follow jobs read. */
@ApplicationScoped
public class LiveReader {
    /** Pieces that are read at once: that times the size of one is in memory for each reader. */
    private static final int PIECES = 4;

    private static final String GLANCE =
            """
            select job.id, job.state, job.finished_at is not null as ended, job.epoch, job.attempt,
                   coalesce((select max(first_byte) from live_output
                              where job_id = job.id and epoch = job.epoch and stream = 1), -1) as stdout,
                   coalesce((select max(first_byte) from live_output
                              where job_id = job.id and epoch = job.epoch and stream = 2), -1) as stderr
              from job where job.id = any (?)
            """;

    /** From the piece on that has the first byte which is asked for. */
    private static final String READ =
            """
            select first_byte, bytes from live_output
             where job_id = ? and epoch = ? and stream = ?
               and first_byte >= (
                   select coalesce(max(first_byte), 0) from live_output
                    where job_id = ? and epoch = ? and stream = ? and first_byte <= ?)
             order by first_byte limit %d
            """
                    .formatted(PIECES);

    private final Database database;
    private final HintSender hints;

    LiveReader(Database database, HintSender hints) {
        this.database = database;
        this.hints = hints;
    }

    /** Has workers that run these jobs, now or soon, hand on their output for a while: a hint. */
    public void follow(Collection<JobId> jobs) {
        hints.follow(jobs);
    }

    /**
     * A look at each of these jobs that is there; one statement however many they are.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Map<JobId, Glance> glance(Collection<JobId> jobs) {
        Object[] ids = jobs.stream().map(JobId::value).toArray();
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(GLANCE)) {
                        statement.setArray(1, connection.createArrayOf("uuid", ids));
                        Map<JobId, Glance> glances = new HashMap<>();
                        try (var row = statement.executeQuery()) {
                            while (row.next()) {
                                glances.put(
                                        new JobId(row.getObject("id", UUID.class)), glance(row));
                            }
                        }
                        return glances;
                    }
                });
    }

    private static Glance glance(ResultSet row) throws SQLException {
        return new Glance(
                row.getString("state"),
                row.getBoolean("ended"),
                row.getLong("epoch"),
                row.getInt("attempt"),
                row.getLong("stdout"),
                row.getLong("stderr"));
    }

    /**
     * What the program wrote from that byte on under that claim, without a gap; a part of it where
     * that is much, and empty where nothing is there (any more).
     *
     * @param from the first byte's place, from 0
     * @throws StoreUnavailable when the same call may succeed later
     */
    public byte[] read(JobId job, long epoch, ProgramStream stream, long from) {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(READ)) {
                        for (int first : new int[] {1, 4}) {
                            statement.setObject(first, job.value());
                            statement.setLong(first + 1, epoch);
                            statement.setInt(first + 2, LiveOutput.column(stream));
                        }
                        statement.setLong(7, from);
                        return bytes(statement, from);
                    }
                });
    }

    /** Up to the first gap: a crash of the database may have taken pieces away. */
    private static byte[] bytes(PreparedStatement statement, long from) throws SQLException {
        var bytes = new ByteArrayOutputStream();
        try (var row = statement.executeQuery()) {
            while (row.next()) {
                byte[] piece = row.getBytes("bytes");
                long skip = from + bytes.size() - row.getLong("first_byte");
                if (skip < 0) {
                    break;
                }
                if (skip < piece.length) {
                    bytes.write(piece, (int) skip, (int) (piece.length - skip));
                }
            }
        }
        return bytes.toByteArray();
    }
}
