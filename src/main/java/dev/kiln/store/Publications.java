package dev.kiln.store;

import dev.kiln.job.Completion;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;

/**
 * When completion events were published: a row for each group that was sent, so that it costs an
 * event a few bytes and no statement. They are kept for a week.
 */
final class Publications {
    /** The broker has acknowledged by now; the transaction began before it was asked. */
    private static final String INSERT =
            """
            insert into publication (first_ended, last_ended, published_at, jobs)
            values (?, ?, clock_timestamp(), ?::uuid[])
            """;

    /** In small steps, by retention. */
    static final String FORGET =
            """
            delete from publication where (last_ended, id) in (
                select last_ended, id from publication
                 where last_ended < now() - ? * interval '1 millisecond'
                 order by last_ended, id
                 limit ?
                   for update skip locked)
            """;

    /**
     * Of {@code job}, when the event of its last end was published; null when it has none, when
     * that is more than a week ago, or when a hundred groups were sent that have its end between
     * theirs, and its event behind them: its commit came very late, or very many ended with it.
     * V24__publication.sql says why the group is found so.
     */
    static final String PUBLISHED_AT =
            """
            (select max(published_at)
               from (select first_ended, published_at, jobs from publication
                      where last_ended >= job.finished_at
                      order by last_ended, id
                      limit 100) sent
              where first_ended <= job.finished_at and job.id = any (jobs))""";

    private Publications() {}

    /**
     * Writes that these events, one at least, were acknowledged.
     *
     * @return 1
     */
    static int insert(Connection connection, List<Completion> events) throws SQLException {
        List<Instant> ends = events.stream().map(event -> event.end().at()).toList();
        Object[] jobs = events.stream().map(event -> event.job().value()).toArray();
        try (var statement = connection.prepareStatement(INSERT)) {
            statement.setObject(1, Collections.min(ends).atOffset(ZoneOffset.UTC));
            statement.setObject(2, Collections.max(ends).atOffset(ZoneOffset.UTC));
            statement.setArray(3, connection.createArrayOf("uuid", jobs));
            return statement.executeUpdate();
        }
    }
}
