package dev.kiln.store;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Fills a statement's parameters with arrays, one a column: one round trip and one plan for any
 * number of rows. The arrays have the static types that the driver sends in binary.
 *
 * @param <T> a row
 */
final class ArrayColumns<T> {
    private final PreparedStatement statement;
    private final List<T> rows;
    private int index;

    ArrayColumns(PreparedStatement statement, List<T> rows) {
        this.statement = statement;
        this.rows = rows;
    }

    void uuids(Function<T, UUID> value) throws SQLException {
        set("uuid", new UUID[rows.size()], value);
    }

    void texts(Function<T, @Nullable String> value) throws SQLException {
        set("text", new String[rows.size()], value);
    }

    void bytes(Function<T, byte @Nullable []> value) throws SQLException {
        // The driver tells an array of byte strings from a matrix by the array's static type.
        set("bytea", new byte[rows.size()][], value);
    }

    void longs(Function<T, @Nullable Long> value) throws SQLException {
        set("int8", new Long[rows.size()], value);
    }

    void ints(Function<T, @Nullable Integer> value) throws SQLException {
        set("int4", new Integer[rows.size()], value);
    }

    void doubles(Function<T, Double> value) throws SQLException {
        set("float8", new Double[rows.size()], value);
    }

    void booleans(Function<T, @Nullable Boolean> value) throws SQLException {
        set("bool", new Boolean[rows.size()], value);
    }

    private void set(
            String type, @Nullable Object[] column, Function<T, ? extends @Nullable Object> value)
            throws SQLException {
        for (int i = 0; i < column.length; i++) {
            column[i] = value.apply(rows.get(i));
        }
        index++;
        statement.setArray(index, statement.getConnection().createArrayOf(type, column));
    }
}
