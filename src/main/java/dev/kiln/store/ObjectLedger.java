package dev.kiln.store;

import dev.kiln.job.JobId;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Every object that may be in the object store: its row is there before it and goes after it, so
 * that no crash leaves an object that nobody knows of. A row has a time from which on its object is
 * left over; the transaction that refers to the object takes that time away, and the one that
 * removes the job gives it back.
 */
@ApplicationScoped
public class ObjectLedger {
    private static final String ANNOUNCE =
            """
            insert into stored_object (key, job_id, remove_at)
            select key, ?, now() + ? * interval '1 millisecond' from unnest(?::text[]) as a (key)
            on conflict (key) do update set remove_at = excluded.remove_at
             where stored_object.remove_at is not null and not stored_object.doomed
            """;

    /** The row's lock decides between this and {@link #DOOM}: whoever is second sees the first. */
    private static final String KEEP =
            "update stored_object set remove_at = null where key = any (?::text[]) and not doomed";

    private static final String GIVE_UP =
            "update stored_object set remove_at = now() where key = any (?::text[]) and remove_at is not null";

    /** Marked for good, and out of the way of other processes for a while. */
    private static final String DOOM =
            """
            update stored_object set doomed = true, remove_at = now() + interval '1 minute'
             where key = any (array(
                select key from stored_object
                 where remove_at <= now()
                 order by remove_at
                 limit ?
                   for update skip locked))
            returning key
            """;

    private static final String REMOVED =
            "delete from stored_object where key = any (?::text[]) and doomed";

    private final Database database;

    ObjectLedger(Database database) {
        this.database = database;
    }

    /**
     * Says that objects will be put. Harmless to repeat.
     *
     * @param leftOver after how long they are removed unless a result refers to them
     * @return false when some of them are being removed, or belong to a result already: then none
     *     may be put
     * @throws StoreUnavailable when the same call may succeed later
     */
    public boolean announce(JobId job, Collection<String> keys, Duration leftOver) {
        return database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(ANNOUNCE)) {
                        statement.setObject(1, job.value());
                        statement.setLong(2, leftOver.toMillis());
                        setKeys(statement, 3, keys);
                        return statement.executeUpdate() == keys.size();
                    }
                });
    }

    /** Keeps objects with the results that refer to them, in their transaction. */
    static void keep(Connection connection, List<String> keys) throws SQLException {
        if (keys.isEmpty()) {
            return;
        }
        try (var statement = connection.prepareStatement(KEEP)) {
            setKeys(statement, 1, keys);
            int kept = statement.executeUpdate();
            if (kept < keys.size()) {
                throw new ObjectsRemoved(keys.size() - kept);
            }
        }
    }

    /**
     * Says that no result will refer to these objects, unless one does already.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public void giveUp(Collection<String> keys) {
        change(GIVE_UP, keys);
    }

    /**
     * Objects to remove from the store, those first that should have gone first: from now on no
     * result can refer to them. They come again after a minute unless they are {@link #removed}.
     *
     * @param most how many at most
     * @throws StoreUnavailable when the same call may succeed later
     */
    public List<String> leftOver(int most) {
        return database.sql(
                connection -> {
                    List<String> keys = new ArrayList<>();
                    try (var statement = connection.prepareStatement(DOOM)) {
                        statement.setInt(1, most);
                        try (var row = statement.executeQuery()) {
                            while (row.next()) {
                                keys.add(row.getString(1));
                            }
                        }
                    }
                    return keys;
                });
    }

    /**
     * Forgets objects that are no longer in the store.
     *
     * @throws StoreUnavailable when the same call may succeed later
     */
    public void removed(Collection<String> keys) {
        change(REMOVED, keys);
    }

    private void change(String sql, Collection<String> keys) {
        database.sql(
                connection -> {
                    try (var statement = connection.prepareStatement(sql)) {
                        setKeys(statement, 1, keys);
                        return statement.executeUpdate();
                    }
                });
    }

    private static void setKeys(PreparedStatement statement, int index, Collection<String> keys)
            throws SQLException {
        statement.setArray(index, statement.getConnection().createArrayOf("text", keys.toArray()));
    }
}
