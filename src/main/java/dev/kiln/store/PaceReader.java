package dev.kiln.store;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** Measures how many results come, and how long their jobs took. */
@ApplicationScoped
public class PaceReader {
    /** Entries of the index that one statement reads. */
    private static final int MOST_COUNTED = 1_000_000;

    /** Jobs of a minute that are looked at for how long they took: its last. */
    private static final int SAMPLE = 300;

    /** Results are counted in their index (V20__pace.sql); jobs are looked up by their keys. */
    static final String READ =
            """
            select counted.minute, counted.results, took.median, took.p95
              from (select date_trunc('minute', created_at) as minute, count(*) as results
                      from (select created_at from execution_result
                             where created_at >= ? order by created_at desc limit %d) r
                     group by 1) counted
             cross join lateral (
                    select percentile_disc(0.5) within group (order by ms) as median,
                           percentile_disc(0.95) within group (order by ms) as p95
                      from (select extract(epoch from job.finished_at - job.submitted_at) * 1000 as ms
                              from (select job_id from execution_result
                                     where created_at >= counted.minute and created_at < counted.minute + interval '1 minute'
                                     order by created_at desc limit %d) last
                              join lateral (select finished_at, submitted_at from job where id = last.job_id offset 0) job on true) lasted
                   ) took
             order by counted.minute
            """
                    .formatted(MOST_COUNTED, SAMPLE);

    private final Database database;

    PaceReader(Database database) {
        this.database = database;
    }

    /**
     * Each minute since then that had a result, oldest first.
     *
     * @param since a minute's beginning
     * @throws StoreUnavailable when the same call may succeed later
     */
    public List<Pace> since(Instant since) {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(READ)) {
                        statement.setObject(1, since.atOffset(ZoneOffset.UTC));
                        try (var row = statement.executeQuery()) {
                            List<Pace> minutes = new ArrayList<>();
                            while (row.next()) {
                                minutes.add(pace(row));
                            }
                            return minutes;
                        }
                    }
                });
    }

    private static Pace pace(ResultSet row) throws SQLException {
        return new Pace(
                row.getObject("minute", OffsetDateTime.class).toInstant(),
                row.getLong("results"),
                row.getLong("median"),
                row.getLong("p95"));
    }
}
