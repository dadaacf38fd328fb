package dev.kiln.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kiln.job.Capabilities;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The workers that there are, and what each can run. */
@ApplicationScoped
public class WorkerStore {
    /**
     * One statement: what this worker is now, and away with those that were silent for long. What
     * an operator decided is kept; it is given along for a row that was deleted in an outage.
     */
    private static final String REGISTER =
            """
            with gone as (
                delete from worker where id in (
                    select id from worker where live_until < now() - ? * interval '1 millisecond' for update skip locked)
            )
            insert into worker (live_until, id, roles, slots, languages, lacking, images, network, cpus, memory_bytes,
                                runtime, runtime_version, platform, trouble, warm, cordoned)
            values (now() + ? * interval '1 millisecond', ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            on conflict (id) do update set
                heartbeat = now(), live_until = excluded.live_until, languages = excluded.languages,
                lacking = excluded.lacking, images = excluded.images, network = excluded.network,
                cpus = excluded.cpus, memory_bytes = excluded.memory_bytes, runtime = excluded.runtime,
                runtime_version = excluded.runtime_version, platform = excluded.platform, trouble = excluded.trouble,
                warm = excluded.warm
            returning cordoned
            """;

    private static final String LIST =
            """
            select w.*, live_until > now() as live, extract(epoch from now() - heartbeat) * 1000 as silent_ms,
                   (select count(*) from job where state = 'RUNNING' and owner = w.id) as busy
              from worker w order by id
            """;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

    /** How many leases after its death a worker is forgotten. */
    private static final int FORGOTTEN_AFTER = 30;

    private final Database database;

    WorkerStore(Database database) {
        this.database = database;
    }

    /**
     * Says that a worker lives and what it can run.
     *
     * @param lease how long it counts as alive after this
     * @param cordoned whether it was, as far as it knows; decides only when the database does not
     * @return whether it is cordoned
     * @throws StoreUnavailable when the same call may succeed later
     */
    public boolean register(WorkerEntry worker, Duration lease, boolean cordoned) {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(REGISTER)) {
                        statement.setLong(1, lease.multipliedBy(FORGOTTEN_AFTER).toMillis());
                        statement.setLong(2, lease.toMillis());
                        bind(statement, worker);
                        statement.setBoolean(17, cordoned);
                        try (var row = statement.executeQuery()) {
                            row.next();
                            return row.getBoolean(1);
                        }
                    }
                });
    }

    private static void bind(PreparedStatement statement, WorkerEntry worker) throws SQLException {
        var can = worker.capabilities();
        statement.setString(3, worker.id());
        setTexts(statement, 4, worker.roles());
        statement.setInt(5, worker.slots());
        setTexts(statement, 6, can.languages());
        statement.setString(7, json(worker.lacking()));
        setTexts(statement, 8, can.images());
        statement.setBoolean(9, can.network());
        statement.setInt(10, can.cpus());
        statement.setLong(11, can.memoryBytes());
        statement.setString(12, worker.isolation().runtime());
        statement.setString(13, worker.isolation().version());
        statement.setString(14, worker.isolation().platform());
        statement.setString(15, worker.trouble());
        statement.setInt(16, worker.warm());
    }

    /**
     * Forgets a worker that has ended in order.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public void unregister(String id) {
        database.sql(connection -> update(connection, "delete from worker where id = ?", id));
    }

    /**
     * Forbids a worker to claim, or allows it again. The claim itself looks, so it holds at once.
     *
     * @return false when there is no such worker alive
     * @throws StoreUnavailable when the same call may succeed later
     */
    public boolean cordon(String id, boolean cordoned) {
        String sql =
                "update worker set cordoned = %b where id = ? and live_until > now()"
                        .formatted(cordoned);
        return database.sql(connection -> update(connection, sql, id)) == 1;
    }

    private static int update(Connection connection, String sql, String id) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            statement.setString(1, id);
            return statement.executeUpdate();
        }
    }

    /**
     * All that are known, the dead of late included.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public List<ListedWorker> list() {
        return database.sql(
                connection -> {
                    List<ListedWorker> workers = new ArrayList<>();
                    try (var statement = connection.prepareStatement(LIST);
                            var row = statement.executeQuery()) {
                        while (row.next()) {
                            workers.add(worker(row));
                        }
                    }
                    return workers;
                });
    }

    /**
     * How many are alive.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public int live() {
        return database.sql(
                connection -> {
                    try (var statement =
                                    connection.prepareStatement(
                                            "select count(*) from worker where live_until > now()");
                            var row = statement.executeQuery()) {
                        row.next();
                        return row.getInt(1);
                    }
                });
    }

    private static ListedWorker worker(ResultSet row) throws SQLException {
        var entry =
                new WorkerEntry(
                        row.getString("id"),
                        texts(row, "roles"),
                        row.getInt("slots"),
                        new Capabilities(
                                Set.copyOf(texts(row, "languages")),
                                Set.copyOf(texts(row, "images")),
                                row.getBoolean("network"),
                                row.getInt("cpus"),
                                row.getLong("memory_bytes")),
                        lacking(row.getString("lacking")),
                        new WorkerEntry.Isolation(
                                row.getString("runtime"),
                                row.getString("runtime_version"),
                                row.getString("platform")),
                        row.getInt("warm"),
                        row.getString("trouble"));
        return new ListedWorker(
                entry,
                row.getInt("busy"),
                row.getBoolean("cordoned"),
                row.getBoolean("live"),
                row.getObject("started_at", OffsetDateTime.class).toInstant(),
                Duration.ofMillis(Math.max(0, row.getLong("silent_ms"))));
    }

    private static List<String> texts(ResultSet row, String column) throws SQLException {
        return List.of((String[]) row.getArray(column).getArray());
    }

    private static void setTexts(PreparedStatement statement, int index, Collection<String> texts)
            throws SQLException {
        statement.setArray(index, statement.getConnection().createArrayOf("text", texts.toArray()));
    }

    private static String json(Map<String, String> texts) {
        try {
            return JSON.writeValueAsString(texts);
        } catch (JsonProcessingException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static Map<String, String> lacking(String json) {
        try {
            return JSON.readValue(json, TEXTS);
        } catch (JsonProcessingException corrupt) {
            throw new UncheckedIOException(corrupt);
        }
    }
}
