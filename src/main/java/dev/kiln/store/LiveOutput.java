package dev.kiln.store;

import dev.kiln.job.JobId;
import dev.kiln.job.Lease;
import dev.kiln.job.ProgramStream;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;

/**
 * Where workers put the output of those running jobs that somebody follows, for the processes that
 * answer the followers. Nothing here is needed for a result; all of it may be lost.
 */
@ApplicationScoped
public class LiveOutput {
    /**
     * Only for who still holds the job. A piece that is there already came with a statement whose
     * answer was lost, and may be longer now.
     */
    private static final String APPEND =
            """
            insert into live_output (job_id, epoch, stream, first_byte, bytes)
            select piece.job_id, piece.epoch, piece.stream, piece.first_byte, piece.bytes
              from unnest(?::uuid[], ?::bigint[], ?::int[], ?::bigint[], ?::bytea[])
                   as piece (job_id, epoch, stream, first_byte, bytes)
              join job on job.id = piece.job_id and job.epoch = piece.epoch and job.state = 'RUNNING'
            on conflict (job_id, epoch, stream, first_byte) do update set bytes = excluded.bytes
            """;

    private static final String REMOVE =
            """
            delete from live_output using unnest(?::uuid[], ?::bigint[]) as ended (job_id, epoch)
             where live_output.job_id = ended.job_id and live_output.epoch = ended.epoch
            """;

    private static final String SWEEP =
            """
            delete from live_output where not exists (
                select from job
                 where job.id = live_output.job_id and job.epoch = live_output.epoch and job.state = 'RUNNING')
            """;

    private final Database database;
    private final HintSender hints;

    LiveOutput(Database database, HintSender hints) {
        this.database = database;
        this.hints = hints;
    }

    /** How a stream is told from the other in rows. */
    static int column(ProgramStream stream) {
        return switch (stream) {
            case STDOUT -> 1;
            case STDERR -> 2;
        };
    }

    /**
     * Adds these pieces, in one statement, and tells the followers. Those whose lease is lost are
     * left out.
     *
     * @throws StoreUnavailable when the same call may succeed later; it may be repeated
     */
    public void append(List<LiveChunk> chunks) {
        database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(APPEND)) {
                        var rows = new ArrayColumns<>(statement, chunks);
                        rows.uuids(chunk -> chunk.lease().job().value());
                        rows.longs(chunk -> chunk.lease().epoch());
                        rows.ints(chunk -> column(chunk.stream()));
                        rows.longs(LiveChunk::offset);
                        rows.bytes(LiveChunk::bytes);
                        return statement.executeUpdate();
                    }
                });
        tell(chunks.stream().map(chunk -> chunk.lease().job()).distinct().toList());
    }

    /** Has the followers of these jobs look at them: a hint, which may be lost. */
    public void tell(Collection<JobId> jobs) {
        hints.live(jobs);
    }

    /**
     * Removes all that was added under these leases.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public void remove(List<Lease> leases) {
        database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(REMOVE)) {
                        var rows = new ArrayColumns<>(statement, leases);
                        rows.uuids(lease -> lease.job().value());
                        rows.longs(Lease::epoch);
                        return statement.executeUpdate();
                    }
                });
    }

    /**
     * Removes what workers have left behind that died or lost their jobs.
     *
     * @return how many pieces there were
     * @throws StoreUnavailable when the same call may succeed later
     */
    public int sweep() {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(SWEEP)) {
                        return statement.executeUpdate();
                    }
                });
    }
}
