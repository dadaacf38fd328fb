package dev.kiln.store;

import dev.kiln.job.JobId;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The events that are to be posted to webhooks. A row is written with its job's end, by a trigger;
 * it is posted at least once, and stays as long as the job.
 */
@ApplicationScoped
public class WebhookStore {
    /**
     * For each host that something waits for, one probe of the index each, no more than it has free
     * attempts: a host with thousands of due events costs as much as one with a few. Who begins an
     * attempt puts the next one off until this one counts as lost. What the event tells comes
     * along, see {@link OutboxStore}.
     */
    private static final String CLAIM =
            """
            with recursive waiting (host) as (
                (select host from webhook_delivery where state = 'PENDING' order by host limit 1)
                union all
                select (select d.host from webhook_delivery d
                         where d.state = 'PENDING' and d.host > waiting.host order by d.host limit 1)
                  from waiting where waiting.host is not null
            ), due as materialized (
                select d.id
                  from waiting
                  left join unnest(?::text[], ?::int[]) as busy (host, attempts) on busy.host = waiting.host
                 cross join lateral (
                    select id, next_at from webhook_delivery
                     where state = 'PENDING' and host = waiting.host and next_at <= now()
                     order by next_at
                     limit greatest(0, ? - coalesce(busy.attempts, 0))
                       for update skip locked) d
                 order by d.next_at
                 limit ?
            ), begun as (
                update webhook_delivery
                   set attempts = attempts + 1, last_at = now(), next_at = now() + ? * interval '1 millisecond'
                 where id = any (array(select id from due))
                returning *
            )
            select t.id as delivery, t.attempts as tries, t.failures, t.url, t.host,
                   t.job_id, t.epoch, t.abandoned_reason, t.abandoned_attempt, t.abandoned_at, p.traceparent, %s
              from begun t cross join lateral (select * from job where id = t.job_id offset 0) job
              left join lateral (select * from execution_result where job_id = t.job_id offset 0) r on true
              left join lateral (select traceparent from job_payload where job_id = t.job_id offset 0) p on true
             order by t.id
            """
                    .formatted(CompletionRow.COLUMNS);

    /** By its id, and not by the index of what is due, to which {@code = 'PENDING'} would tempt. */
    private static final String DELIVERED =
            """
            update webhook_delivery set state = 'DELIVERED', last_status = ?, last_error = null
             where id = ? and attempts = ? and state not in ('DELIVERED', 'FAILED')
            """;

    private static final String FAILED =
            """
            update webhook_delivery
               set state = case when ?::bigint is null then 'FAILED' else 'PENDING' end, failures = failures + 1,
                   next_at = now() + coalesce(?::bigint, 0) * interval '1 millisecond', last_status = ?, last_error = ?
             where id = ? and attempts = ? and state not in ('DELIVERED', 'FAILED')
            """;

    private static final String FIND =
            """
            select job.webhook, d.id is not null as ended, d.epoch, d.state, d.attempts, d.last_at, d.last_status,
                   d.last_error, case when d.state = 'PENDING' then d.next_at end as next_at
              from job left join webhook_delivery d on d.job_id = job.id
             where job.id = ?
             order by d.epoch desc
            """;

    private static final String AGAIN =
            """
            update webhook_delivery set state = 'PENDING', failures = 0, next_at = now()
             where id = (select id from webhook_delivery where job_id = ? order by epoch desc limit 1)
            """;

    private final Database database;

    WebhookStore(Database database) {
        this.database = database;
    }

    /**
     * Begins attempts of events that are due, those first that have been for longest.
     *
     * @param most how many at most
     * @param perHost how many to one host, those under way included
     * @param underWay the attempts under way by host
     * @param lease after how long without a word an attempt counts as lost, and the event as due
     * @throws StoreUnavailable when the same call may succeed later
     */
    public List<DueWebhook> claim(
            int most, int perHost, Map<String, Integer> underWay, Duration lease) {
        var busy = List.copyOf(underWay.entrySet());
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(CLAIM)) {
                        var columns = new ArrayColumns<>(statement, busy);
                        columns.texts(Map.Entry::getKey);
                        columns.ints(Map.Entry::getValue);
                        statement.setInt(3, perHost);
                        statement.setInt(4, most);
                        statement.setLong(5, lease.toMillis());
                        List<DueWebhook> due = new ArrayList<>();
                        try (var row = statement.executeQuery()) {
                            while (row.next()) {
                                due.add(due(row));
                            }
                        }
                        return due;
                    }
                });
    }

    private static DueWebhook due(ResultSet row) throws SQLException {
        return new DueWebhook(
                row.getLong("delivery"),
                row.getInt("tries"),
                row.getInt("failures"),
                row.getString("url"),
                row.getString("host"),
                CompletionRow.read(row));
    }

    /**
     * Notes that the receiver has the event, unless another attempt was begun since.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public void delivered(DueWebhook due, int status) {
        database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(DELIVERED)) {
                        statement.setInt(1, status);
                        statement.setLong(2, due.delivery());
                        statement.setInt(3, due.attempt());
                        return statement.executeUpdate();
                    }
                });
    }

    /**
     * Notes that the attempt failed, unless another one was begun since.
     *
     * @param status what was answered, if anything was
     * @param again when to try again; null for never
     * @throws StoreUnavailable when the same call may succeed later
     */
    public void failed(
            DueWebhook due, @Nullable Integer status, String error, @Nullable Duration again) {
        Long wait = again == null ? null : again.toMillis();
        database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(FAILED)) {
                        statement.setObject(1, wait, java.sql.Types.BIGINT);
                        statement.setObject(2, wait, java.sql.Types.BIGINT);
                        statement.setObject(3, status, java.sql.Types.INTEGER);
                        statement.setString(4, error);
                        statement.setLong(5, due.delivery());
                        statement.setInt(6, due.attempt());
                        return statement.executeUpdate();
                    }
                });
    }

    /** What is known of a job's webhook. */
    public sealed interface Found {
        /** There is no such job. */
        record NoJob() implements Found {}

        /** The job has none. */
        record None() implements Found {}

        /** This. */
        record One(Webhook webhook) implements Found {}
    }

    /**
     * A job's webhook.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Found find(JobId job) {
        return database.sql(connection -> find(connection, job));
    }

    private static Found find(Connection connection, JobId job) throws SQLException {
        try (var statement = connection.prepareStatement(FIND)) {
            statement.setObject(1, job.value());
            try (var row = statement.executeQuery()) {
                if (!row.next()) {
                    return new Found.NoJob();
                }
                String url = row.getString("webhook");
                if (url == null) {
                    return new Found.None();
                }
                List<Webhook.Delivery> deliveries = new ArrayList<>();
                if (row.getBoolean("ended")) {
                    do {
                        deliveries.add(delivery(row));
                    } while (row.next());
                }
                return new Found.One(new Webhook(url, deliveries));
            }
        }
    }

    private static Webhook.Delivery delivery(ResultSet row) throws SQLException {
        return new Webhook.Delivery(
                row.getLong("epoch"),
                row.getString("state"),
                row.getInt("attempts"),
                moment(row, "last_at"),
                row.getObject("last_status", Integer.class),
                row.getString("last_error"),
                moment(row, "next_at"));
    }

    private static @Nullable Instant moment(ResultSet row, String name) throws SQLException {
        return Optional.ofNullable(row.getObject(name, OffsetDateTime.class))
                .map(OffsetDateTime::toInstant)
                .orElse(null);
    }

    /**
     * Has the event of a job's last end posted once more, from now on and by the whole schedule,
     * whatever came of it before.
     *
     * @return false when there is no such event
     * @throws StoreUnavailable when the same call may succeed later
     */
    public boolean redeliver(JobId job) {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(AGAIN)) {
                        statement.setObject(1, job.value());
                        return statement.executeUpdate() == 1;
                    }
                });
    }
}
