package dev.kiln.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kiln.job.JobId;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Lists jobs, newest first. Pages are cut by a job's place, which never changes, so that no job is
 * told twice or left out while others come.
 *
 * <p>A page costs a bounded number of rows, whatever is asked for: the walk through the jobs ends
 * after so many, and the page with it, though it may be empty. What narrows the walk itself is only
 * what an index knows: the time, a tenant's batch, and those states that have an index.
 */
@ApplicationScoped
public class JobList {
    /** Rows that one page may look at. */
    static final int MOST_WALKED = 20_000;

    /** States with an index of their own; literals, since the indexes are partial. */
    private static final Map<String, String> INDEXED =
            Map.of(
                    "QUEUED", "state = 'QUEUED'",
                    "RUNNING", "state = 'RUNNING'",
                    "ABANDONED", "state = 'ABANDONED'");

    /**
     * The walk, of its rows those that are wanted, and of these the results. Each has its own limit
     * as a literal, so that the planner knows how few rows are asked for; results are joined last,
     * since a join would hide that from it.
     */
    private static final String PAGE =
            """
            select p.*, r.worker, r.termination, r.exit_code, r.success, r.duration_ms
              from (select w.*, %1$s as wanted
                      from (select id, state, tenant, batch, language, priority, labels, submitted_at, started_at,
                                   finished_at, deadline, attempt, owner, reason,
                                   row_number() over (order by submitted_at desc, id desc) as walked
                              from job where %2$s
                             order by submitted_at desc, id desc
                             limit %3$d) w
                     where (%1$s) or w.walked = %3$d
                     order by w.submitted_at desc, w.id desc
                     limit %4$d) p
              left join lateral (select worker, termination, exit_code, success, duration_ms
                                   from execution_result where job_id = p.id offset 0) r on true
             order by p.submitted_at desc, p.id desc
            """;

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final TypeReference<Map<String, String>> LABELS = new TypeReference<>() {};

    private final Database database;

    JobList(Database database) {
        this.database = database;
    }

    /**
     * Some jobs.
     *
     * @param next where the next page begins; null when there is none
     */
    public record Page(List<ListedJob> jobs, JobQuery.@Nullable Place next) {
        public Page {
            jobs = List.copyOf(jobs);
        }
    }

    /**
     * The next page of those that are asked for.
     *
     * @param most how many jobs at most; fewer, even none, do not mean that there are no more
     * @throws StoreUnavailable when the same call may succeed later
     */
    public Page list(JobQuery query, int most) {
        return database.sql(connection -> list(connection, query, most, MOST_WALKED));
    }

    /**
     * As {@link #list(JobQuery, int)}.
     *
     * @param walk how many rows to look at
     */
    Page list(Connection connection, JobQuery query, int most, int walk) throws SQLException {
        try (var statement = prepare(connection, "", query, most + 1, walk);
                var row = statement.executeQuery()) {
            List<ListedJob> jobs = new ArrayList<>();
            while (row.next()) {
                if (jobs.size() == most) {
                    return new Page(jobs, jobs.getLast().place());
                }
                var job = job(row);
                if (row.getBoolean("wanted")) {
                    jobs.add(job);
                }
                if (row.getInt("walked") == walk) {
                    return new Page(jobs, job.place());
                }
            }
            return new Page(jobs, null);
        }
    }

    /** The statement behind a page, after this prefix. */
    static PreparedStatement prepare(
            Connection connection, String prefix, JobQuery query, int rows, int walk)
            throws SQLException {
        var walked = walked(query);
        var wanted = wanted(query);
        var statement =
                connection.prepareStatement(
                        prefix + PAGE.formatted(wanted.sql(), walked.sql(), walk, rows));
        // What is wanted stands in the statement twice, before and behind the walk.
        List<Object> values = new ArrayList<>(wanted.values());
        values.addAll(walked.values());
        values.addAll(wanted.values());
        for (int i = 0; i < values.size(); i++) {
            statement.setObject(i + 1, values.get(i));
        }
        return statement;
    }

    private static Conditions walked(JobQuery query) {
        var conditions = new Conditions();
        var after = query.after();
        if (after != null) {
            conditions.add("(submitted_at, id) < (?, ?)", utc(after.submittedAt()), after.id());
        }
        if (query.since() != null) {
            conditions.add("submitted_at >= ?", utc(query.since()));
        }
        if (query.until() != null) {
            conditions.add("submitted_at < ?", utc(query.until()));
        }
        if (query.tenant() != null && query.batch() != null) {
            conditions.add("tenant = ? and batch = ?", query.tenant(), query.batch());
        }
        if (query.state() != null && INDEXED.containsKey(query.state())) {
            conditions.add(INDEXED.get(query.state()));
        }
        return conditions;
    }

    private static Conditions wanted(JobQuery query) {
        var conditions = new Conditions();
        conditions.ifGiven("w.state = ?", query.state());
        conditions.ifGiven("w.tenant = ?", query.tenant());
        conditions.ifGiven("coalesce(w.batch = ?, false)", query.batch());
        conditions.ifGiven("w.language = ?", query.language());
        conditions.ifGiven(
                "coalesce((select termination from execution_result where job_id = w.id) = ?, false)",
                query.cause());
        if (!query.labels().isEmpty()) {
            conditions.add("coalesce(w.labels @> ?::jsonb, false)", json(query.labels()));
        }
        return conditions;
    }

    /** Conditions that all must hold, with the values of their parameters. */
    private static final class Conditions {
        private final List<String> texts = new ArrayList<>(List.of("true"));
        private final List<Object> values = new ArrayList<>();

        void add(String condition, Object... parameters) {
            texts.add(condition);
            values.addAll(List.of(parameters));
        }

        void ifGiven(String condition, @Nullable String parameter) {
            if (parameter != null) {
                add(condition, parameter);
            }
        }

        String sql() {
            return String.join(" and ", texts);
        }

        List<Object> values() {
            return values;
        }
    }

    private static ListedJob job(ResultSet row) throws SQLException {
        String labels = row.getString("labels");
        String owner = row.getString("owner");
        return new ListedJob(
                new JobId(row.getObject("id", UUID.class)),
                row.getString("state"),
                row.getString("tenant"),
                row.getString("batch"),
                row.getString("language"),
                row.getInt("priority"),
                labels == null ? Map.of() : labels(labels),
                row.getObject("submitted_at", OffsetDateTime.class).toInstant(),
                time(row, "started_at"),
                time(row, "finished_at"),
                time(row, "deadline"),
                row.getInt("attempt"),
                owner == null ? row.getString("worker") : owner,
                row.getString("reason"),
                row.getString("termination"),
                row.getObject("exit_code", Integer.class),
                row.getObject("success", Boolean.class),
                row.getObject("duration_ms", Long.class));
    }

    private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static OffsetDateTime utc(Instant moment) {
        return moment.atOffset(ZoneOffset.UTC);
    }

    private static Map<String, String> labels(String json) {
        try {
            return JSON.readValue(json, LABELS);
        } catch (JsonProcessingException corrupt) {
            throw new UncheckedIOException(corrupt);
        }
    }

    private static String json(Map<String, String> labels) {
        try {
            return JSON.writeValueAsString(labels);
        } catch (JsonProcessingException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
